from apps.households.models.code_counter import CodeCounter
from apps.households.models.guarantees import GUARANTEES, GuaranteeStatus, Verdict
from apps.households.models.household import EXITED, HELPED, LIVE, POOR, REGISTERED, Household
from apps.households.models.income import PROPERTY_PARTS, TRANSFER_PARTS, HouseholdIncome
from apps.households.models.person import Person, PersonYear
from apps.households.models.poverty_line import PovertyLine
from apps.households.models.status import NaturalChange, RegistrationConflict, StatusEvent
from apps.households.models.year import HouseholdYear

__all__ = [
    "EXITED",
    "GUARANTEES",
    "HELPED",
    "LIVE",
    "POOR",
    "PROPERTY_PARTS",
    "REGISTERED",
    "TRANSFER_PARTS",
    "CodeCounter",
    "GuaranteeStatus",
    "Household",
    "HouseholdIncome",
    "HouseholdYear",
    "NaturalChange",
    "Person",
    "PersonYear",
    "PovertyLine",
    "RegistrationConflict",
    "StatusEvent",
    "Verdict",
]
