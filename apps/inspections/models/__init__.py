"""Inspections: who inspects what, where and when."""

from apps.inspections.models.inspection import Inspection, InspectionTarget
from apps.inspections.models.team import InspectionTeam, TeamMember

__all__ = ["Inspection", "InspectionTarget", "InspectionTeam", "TeamMember"]
