from apps.visits.models.following import LastVisit, VisitTask
from apps.visits.models.phone import PhoneKey
from apps.visits.models.visit import (
    Visit,
    VisitConflict,
    VisitCorrection,
    VisitMark,
    VisitPhoto,
    VisitReceipt,
    photo_path,
)

__all__ = [
    "LastVisit",
    "PhoneKey",
    "Visit",
    "VisitConflict",
    "VisitCorrection",
    "VisitMark",
    "VisitPhoto",
    "VisitReceipt",
    "VisitTask",
    "photo_path",
]
