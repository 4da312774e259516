from apps.cadres.services.attendance import save_attendance
from apps.cadres.services.cards import card_of, household_of
from apps.cadres.services.duties import save_duty, save_team
from apps.cadres.services.pairing import Paired, end, hand_over_many, in_force, pair, pair_many
from apps.cadres.services.people import save_cadre, save_unit

__all__ = [
    "Paired",
    "card_of",
    "end",
    "hand_over_many",
    "household_of",
    "in_force",
    "pair",
    "pair_many",
    "save_attendance",
    "save_cadre",
    "save_duty",
    "save_team",
    "save_unit",
]
