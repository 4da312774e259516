"""Who lives together: relations, sexes and ages of a household by its size and cause, calibrated to the age shares.

Ages are those of 31 December of the reference year. Parents are 19 or more years older than their children and
grandparents 38 or more older than grandchildren, so that no rule of kinship speaks by accident.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from apps.dashboards.demo.contradictions import CARRIERS, CHILD, COUPLE, PUPIL, WORKER
from apps.dashboards.demo.plan import SCHOOLING, Slot

HEAD, SPOUSE, SON, DAUGHTER, SON_S_WIFE = "01", "02", "03", "04", "05"
GRANDSON, GRANDDAUGHTER, FATHER, MOTHER, SIBLING = "07", "08", "11", "12", "21"
MALE, FEMALE = "1", "2"

_TRIES = 400
# How much likelier a household of old people is where this is the main cause.
_OLD_BY_CAUSE = {"08": 2.6, "01": 1.15, "02": 0.9, "09": 0.5, "07": 0.45, "03": 0.0, "11": 0.4}


@dataclass(slots=True)
class Member:
    """One person of a household to be made; `pupil` stays at school beyond the compulsory years."""

    relation: str
    sex: str
    age: int
    pupil: bool = False


def members_of(chance: random.Random, slot: Slot) -> list[Member]:
    """The members for a slot, head first; as many as its size, fit for its cause and for what is planted in it."""
    if not slot.size:
        return []
    need = CARRIERS[slot.plant.rule].need if slot.plant else ""
    for _ in range(_TRIES):
        members = _Composer(chance).compose(slot.size, slot.cause)
        if _fits(members, need) and (slot.cause != SCHOOLING or any(member.pupil for member in members)):
            return members
    raise ValueError(f"no household of {slot.size} with {need or 'any'} for cause {slot.cause}")


def _fits(members: list[Member], need: str) -> bool:
    if need == CHILD:
        return any(1 <= member.age <= 15 for member in members) and any(member.age >= 18 for member in members)
    if need == PUPIL:
        return any(7 <= member.age <= 15 for member in members)
    if need == COUPLE:
        return any(member.relation == SPOUSE for member in members)
    if need == WORKER:
        return any(18 <= member.age <= 57 and not member.pupil for member in members)
    return True


class _Composer:
    """Puts members together from one stream of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._members: list[Member] = []

    def compose(self, size: int, cause: str) -> list[Member]:
        old = _OLD_BY_CAUSE.get(cause, 1.0)
        kinds = _KINDS[min(size, 5)]
        weights = [weight * (old if is_old else 1.0) for weight, is_old, _make in kinds]
        make = self._chance.choices(kinds, weights)[0][2]
        make(self)
        while len(self._members) < size:
            self._one_more()
        if cause == SCHOOLING:
            self._send_to_school()
        return self._members

    # --- pieces

    def _add(self, relation: str, sex: str, age: int, *, pupil: bool = False) -> Member:
        member = Member(relation, sex, max(0, age), pupil)
        self._members.append(member)
        return member

    def _between(self, low: int, high: int) -> int:
        return self._chance.randint(low, high)

    def _sex(self) -> str:
        return MALE if self._chance.random() < 0.51 else FEMALE

    def _old(self) -> int:
        return int(self._chance.triangular(60, 90, 66))

    def _couple(self, age: int) -> None:
        sex = MALE if self._chance.random() < 0.88 else FEMALE
        other = FEMALE if sex == MALE else MALE
        self._add(HEAD, sex, age)
        # Never so young that a child of the household could not be the spouse's.
        self._add(SPOUSE, other, max(22, age - self._between(-4, 6)))

    def _child(self, parent_age: int, low: int, high: int) -> Member:
        high = min(high, parent_age - 20)
        age = self._between(min(low, high), high)
        sex = self._sex()
        return self._add(SON if sex == MALE else DAUGHTER, sex, age, pupil=age >= 16 and self._stays(age))

    def _grandchild(self, head_age: int, low: int, high: int) -> Member:
        high = min(high, head_age - 40)
        age = self._between(min(low, high), high)
        sex = self._sex()
        return self._add(GRANDSON if sex == MALE else GRANDDAUGHTER, sex, age, pupil=age >= 16 and self._stays(age))

    def _stays(self, age: int) -> bool:
        return age <= 21 and self._chance.random() < (0.8 if age <= 18 else 0.4)

    def _parent(self, head_age: int) -> None:
        age = max(head_age + self._between(20, 30), 60)
        sex = MALE if self._chance.random() < 0.35 else FEMALE
        taken = {member.relation for member in self._members}
        if (FATHER if sex == MALE else MOTHER) in taken:
            sex = FEMALE if sex == MALE else MALE
        self._add(FATHER if sex == MALE else MOTHER, sex, min(age, 93))

    def _one_more(self) -> None:
        """A further member for the larger sizes."""
        head = self._members[0].age
        taken = {member.relation for member in self._members}
        if head >= 60:
            self._grandchild(head, 1, 18)
        elif head < 66 and not {FATHER, MOTHER} <= taken and self._chance.random() < 0.6:
            self._parent(head)
        elif head >= 24:
            self._child(head, 1, 20)
        else:
            self._add(SIBLING, self._sex(), self._between(16, 22))

    def _send_to_school(self) -> None:
        head = self._members[0].age
        for member in self._members:
            if member.relation in (SON, DAUGHTER, GRANDSON, GRANDDAUGHTER) and 15 <= member.age <= 21:
                member.pupil = True
                return
        for member in self._members:
            if member.relation in (SON, DAUGHTER) and head >= 38:
                member.age, member.pupil = self._between(16, min(21, head - 20)), True
                return

    # --- kinds of households

    def alone_old(self) -> None:
        self._add(HEAD, MALE if self._chance.random() < 0.5 else FEMALE, self._old())

    def alone_middle(self) -> None:
        self._add(HEAD, MALE if self._chance.random() < 0.82 else FEMALE, self._between(42, 59))

    def alone_young(self) -> None:
        self._add(HEAD, MALE if self._chance.random() < 0.8 else FEMALE, self._between(24, 41))

    def couple_old(self) -> None:
        self._couple(min(self._old(), 84))

    def couple_middle(self) -> None:
        self._couple(self._between(42, 59))

    def couple_young(self) -> None:
        self._couple(self._between(26, 41))

    def with_parent(self) -> None:
        age = self._between(30, 58)
        self._add(HEAD, MALE if self._chance.random() < 0.8 else FEMALE, age)
        self._parent(age)

    def old_with_grown_child(self) -> None:
        age = min(self._old(), 80)
        self._add(HEAD, self._sex(), age)
        self._child(age, 30, 55)

    def old_with_grandchild(self) -> None:
        age = min(self._old(), 76)
        self._add(HEAD, self._sex(), age)
        self._grandchild(age, 4, 17)

    def single_parent(self) -> None:
        age = self._between(32, 55)
        self._add(HEAD, self._sex(), age)
        self._child(age, 5, 21)

    def siblings(self) -> None:
        age = self._between(38, 70)
        self._add(HEAD, MALE, age)
        self._add(SIBLING, MALE if self._chance.random() < 0.7 else FEMALE, age + self._between(-6, 6))

    def couple_with_child(self) -> None:
        age = self._between(30, 52)
        self._couple(age)
        self._child(self._members[1].age if self._members[1].age < age else age, 2, 19)

    def couple_with_grown_child(self) -> None:
        age = self._between(46, 60)
        self._couple(age)
        self._child(min(member.age for member in self._members), 18, 34)

    def couple_with_parent(self) -> None:
        age = self._between(38, 58)
        self._couple(age)
        self._parent(age)

    def old_couple_with_child(self) -> None:
        self._couple(min(self._old(), 78))
        self._child(min(member.age for member in self._members), 26, 52)

    def old_couple_with_grandchild(self) -> None:
        self._couple(min(self._old(), 78))
        self._grandchild(min(member.age for member in self._members), 3, 18)

    def couple_with_two(self) -> None:
        age = self._between(32, 54)
        self._couple(age)
        youngest = min(member.age for member in self._members)
        self._child(youngest, 6, 23)
        self._child(youngest, 1, 18)

    def couple_child_parent(self) -> None:
        self.couple_with_child()
        self._parent(self._members[0].age)

    def three_generations(self) -> None:
        self._couple(min(self._old(), 74))
        age = min(min(member.age for member in self._members) - 20, self._between(30, 48))
        self._add(SON, MALE, age)
        self._add(SON_S_WIFE, FEMALE, max(22, age - self._between(-2, 5)))


_Kind = tuple[float, bool, Callable[[_Composer], None]]
# Weight, whether it is a household of old people, and how it is put together.
_KINDS: dict[int, list[_Kind]] = {
    1: [(0.70, True, _Composer.alone_old), (0.24, False, _Composer.alone_middle), (0.06, False, _Composer.alone_young)],
    2: [
        (0.50, True, _Composer.couple_old),
        (0.26, False, _Composer.couple_middle),
        (0.02, False, _Composer.couple_young),
        (0.06, False, _Composer.with_parent),
        (0.05, True, _Composer.old_with_grown_child),
        (0.04, True, _Composer.old_with_grandchild),
        (0.05, False, _Composer.single_parent),
        (0.02, False, _Composer.siblings),
    ],
    3: [
        (0.32, False, _Composer.couple_with_child),
        (0.28, False, _Composer.couple_with_grown_child),
        (0.14, False, _Composer.couple_with_parent),
        (0.18, True, _Composer.old_couple_with_child),
        (0.08, True, _Composer.old_couple_with_grandchild),
    ],
    4: [
        (0.38, False, _Composer.couple_with_two),
        (0.30, False, _Composer.couple_child_parent),
        (0.32, True, _Composer.three_generations),
    ],
    5: [
        (0.50, True, _Composer.three_generations),
        (0.30, False, _Composer.couple_child_parent),
        (0.20, False, _Composer.couple_with_two),
    ],
}
