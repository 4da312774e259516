"""Contradicting one household on purpose: exactly one rule of the night run speaks of it, and nothing else changes.

Each function takes a finished, clean family and breaks one thing in it; whatever another rule would notice as well is
set right along with it (a changed ID number takes the certificate with it, and so on).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from apps.dashboards.demo import numbers
from apps.dashboards.demo.contradictions import Plant
from apps.dashboards.demo.lives import HEALTHY, ORDINARY, Life
from apps.dashboards.demo.members import Member
from apps.dashboards.demo.planting import amounts, guarantees, identity, logic
from apps.dashboards.demo.planting.bed import Bed, Planted
from apps.dashboards.demo.records import Conflict, Family, Truth
from apps.divisions import codes

__all__ = ["plant", "prepare"]

_PLANTERS: dict[str, Callable[[Bed], Planted]] = {
    "ID-01": identity.wrong_length,
    "ID-02": identity.wrong_check,
    "ID-03": identity.registered_twice,
    "ID-04": identity.wrong_sex,
    "ID-05": identity.wrong_birth,
    "ID-07": identity.malformed_certificate,
    "ID-08": identity.certificate_and_health,
    "ID-09": identity.illegal_name,
    "ID-10": identity.blank,
    "HH-01": logic.no_head,
    "HH-02": logic.two_heads,
    "HH-03": logic.two_spouses,
    "HH-04": logic.spouse_of_same_sex,
    "HH-05": logic.wrong_count,
    "HH-06": logic.empty,
    "HH-07": logic.wrong_kinship,
    "HH-08": logic.minor_head,
    "HH-09": logic.education_and_school,
    "HH-10": logic.wrong_stage,
    "HH-11": logic.healthy_without_labour,
    "HH-12": logic.child_labour,
    "HH-13": logic.work_without_place,
    "HH-14": logic.too_many_months,
    "HH-15": logic.bad_phone,
    "HH-16": logic.bad_account,
    "HH-17": logic.two_insurances,
    "IN-01": logic.unbalanced,
    "IN-02": amounts.below_the_line,
    "IN-03": amounts.far_above,
    "IN-04": logic.no_cost,
    "IN-05": amounts.cost_above_income,
    "IN-06": amounts.allowance_and_member,
    "IN-07": amounts.support_and_member,
    "IN-08": amounts.pension_and_age,
    "IN-09": amounts.planning_without_reason,
    "IN-10": amounts.wage_and_worker,
    "IN-11": amounts.implausible,
    "IN-12": amounts.large_change,
    "IN-13": amounts.eco_without_land,
    "IN-14": amounts.irrigated_above_cultivated,
    "IN-16": amounts.not_collected,
    "TG-01": guarantees.out_of_school,
    "TG-02": guarantees.dropout_without_evidence,
    "TG-03": guarantees.exited_in_danger,
    "TG-04": guarantees.danger_not_planned,
    "TG-05": guarantees.not_insured,
    "TG-06": guarantees.not_insured_for_serious_illness,
    "TG-07": guarantees.no_safe_water,
    "TG-08": guarantees.no_power,
    "TG-09": guarantees.chronic_without_doctor,
    "TG-11": guarantees.not_assessed,
    "TG-12": guarantees.exited_without_guarantee,
    "ST-01": guarantees.only_a_student,
    "ST-07": guarantees.exit_not_after_identification,
    "ST-12": guarantees.no_path,
}


def prepare(plant: Plant | None, members: list[Member], lives: list[Life]) -> None:
    """Before anything follows from the lives: months of work can only be wrong where there is work."""
    if plant and plant.rule == "HH-14":
        place = next(at for at, member in enumerate(members) if 18 <= member.age <= 57 and not member.pupil)
        life = lives[place]
        life.works, life.labour, life.health, life.disability = True, ORDINARY, [HEALTHY], None
        life.employer = life.employer or "种植合作社"


def plant(
    plant: Plant, family: Family, chance: random.Random, issuer: numbers.Issuer, villages: Sequence[int]
) -> list[Truth]:
    """Plant one contradiction; the answer is what the run must find because of it."""
    bed = Bed(family, plant.form, plant.group, chance, issuer, villages)
    why, about = _PLANTERS[plant.rule](bed)
    household = family.household
    place = codes.text(household.division_id)
    if isinstance(about, Conflict):
        return [
            Truth(plant.rule, "conflict", household.code, None, place, why),
            Truth(plant.rule, "conflict", None, None, codes.text(about.refused_division), why),
        ]
    kind = "person" if about else "household"
    return [Truth(plant.rule, kind, household.code, about.code if about else None, place, why)]
