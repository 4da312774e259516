from apps.cadres.services.attendance import save_attendance
from apps.cadres.services.cards import card_of, household_of
from apps.cadres.services.chiefs import save_chief
from apps.cadres.services.duties import save_duty, save_team
from apps.cadres.services.home_checks import (
    enter_home_checks,
    helped_by,
    not_ones_own,
    require_come,
    save_home_check,
)
from apps.cadres.services.pairing import Paired, end, hand_over_many, in_force, pair, pair_many
from apps.cadres.services.people import save_cadre, save_unit

__all__ = [
    "Paired",
    "card_of",
    "end",
    "enter_home_checks",
    "hand_over_many",
    "helped_by",
    "household_of",
    "in_force",
    "not_ones_own",
    "pair",
    "pair_many",
    "require_come",
    "save_attendance",
    "save_cadre",
    "save_chief",
    "save_duty",
    "save_home_check",
    "save_team",
    "save_unit",
]
