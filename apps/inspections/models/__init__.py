"""Inspections: who inspects what, where and when; what was drawn, and what was found on site."""

from apps.inspections.models.form import SiteForm, SiteFormConflict, SiteFormPhoto
from apps.inspections.models.inspection import Inspection, InspectionTarget
from apps.inspections.models.log import InspectionLog
from apps.inspections.models.sample import FormQuestion, FormTemplate, Sample, SampledUnit
from apps.inspections.models.team import InspectionTeam, TeamMember

__all__ = [
    "FormQuestion",
    "FormTemplate",
    "Inspection",
    "InspectionLog",
    "InspectionTarget",
    "InspectionTeam",
    "Sample",
    "SampledUnit",
    "SiteForm",
    "SiteFormConflict",
    "SiteFormPhoto",
    "TeamMember",
]
