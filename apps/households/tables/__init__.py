"""The register's declarations: columns, sections and related tables of each model, for pages, API and export."""

from apps.households.tables.events import NaturalChangeResource, StatusEventResource
from apps.households.tables.households import HouseholdResource
from apps.households.tables.persons import PersonResource, PersonYearResource
from apps.households.tables.shared import STATUS, VERDICT
from apps.households.tables.sharing import ShareResource
from apps.households.tables.years import GuaranteeStatusResource, HouseholdIncomeResource, HouseholdYearResource

__all__ = [
    "STATUS",
    "VERDICT",
    "GuaranteeStatusResource",
    "HouseholdIncomeResource",
    "HouseholdResource",
    "HouseholdYearResource",
    "NaturalChangeResource",
    "PersonResource",
    "PersonYearResource",
    "ShareResource",
    "StatusEventResource",
]
