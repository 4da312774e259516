from apps.complaints.models.complaint import Complaint
from apps.complaints.models.confidential import Complainant, ComplaintLog, ComplaintPhoto, Statement

__all__ = ["Complainant", "Complaint", "ComplaintLog", "ComplaintPhoto", "Statement"]
