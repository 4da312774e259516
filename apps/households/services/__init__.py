from apps.households.services.codes import issue_helper_codes, issue_household_codes, issue_serials, next_person_code
from apps.households.services.conflicts import note_conflict, numbers_taken
from apps.households.services.facts import report_change, save_fact
from apps.households.services.numbers import write_number_facts, write_phone_fact
from apps.households.services.register import (
    change_household,
    check_blocking,
    register_household,
    save_person,
)
from apps.households.services.reveal import reveal
from apps.households.services.sharing import open_urgently, share, withdraw

__all__ = [
    "change_household",
    "check_blocking",
    "issue_helper_codes",
    "issue_household_codes",
    "issue_serials",
    "next_person_code",
    "note_conflict",
    "numbers_taken",
    "open_urgently",
    "register_household",
    "report_change",
    "reveal",
    "save_fact",
    "save_person",
    "share",
    "withdraw",
    "write_number_facts",
    "write_phone_fact",
]
