"""Which contradictions are planted, how many of each, and what a household must be like to carry one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.calibration import apportion
from apps.dashboards.demo.comparisons import PLANTS, each

# What the household must hold beside its size: a child of 1-15 with an adult, one of
# 7-15, somebody of 18-57, a spouse, or anything.
ANY, CHILD, PUPIL, WORKER, COUPLE = "any", "child", "pupil", "worker", "couple"
# What it must be: in poverty, out of it, out of it since this very year, or in the programme at all.
POOR, LEFT, LEFT_NOW, HELPED = ("20", "50"), ("40", "41"), ("40",), ("20", "40", "50")


@dataclass(frozen=True, slots=True)
class Carrier:
    """A rule's weight among all findings, and the least a household needs to contradict it.

    `status` are the states that the rule speaks about (none: all), `exit_year` the year it must have left in.
    """

    weight: float
    size: int = 1
    need: str = ANY
    status: tuple[str, ...] = ()
    exit_year: int | None = None

    def fits(self, size: int, status: str, exit_year: int | None) -> bool:
        """Whether a household of this size and state can carry the contradiction."""
        return (
            size >= max(1, self.size)
            and (not self.status or status in self.status)
            and (self.exit_year is None or exit_year == self.exit_year)
        )


# The rules over the register alone, without ID-06, which waits for a history of codes. By their weights no rule has
# more than 15 per cent.
CARRIERS = {
    "ID-01": Carrier(2.0),
    "ID-02": Carrier(4.0),
    "ID-03": Carrier(1.5),
    "ID-04": Carrier(3.0),
    "ID-05": Carrier(1.5),
    "ID-07": Carrier(5.0),
    "ID-08": Carrier(8.0),
    "ID-09": Carrier(3.0),
    "ID-10": Carrier(8.0),
    "HH-01": Carrier(1.0),
    "HH-02": Carrier(1.0, size=2),
    "HH-03": Carrier(0.5, size=3, need=COUPLE),
    "HH-04": Carrier(1.5, size=2, need=COUPLE),
    "HH-05": Carrier(7.0),
    "HH-06": Carrier(0.5, size=0),
    "HH-07": Carrier(4.0, size=2),
    "HH-08": Carrier(0.5, size=2, need=CHILD),
    "HH-09": Carrier(8.0, need=WORKER),
    "HH-10": Carrier(4.0, size=2, need=CHILD),
    "HH-11": Carrier(6.0, need=WORKER),
    "HH-12": Carrier(3.0, size=2, need=CHILD),
    "HH-13": Carrier(5.0, need=WORKER),
    "HH-14": Carrier(1.0, need=WORKER),
    "HH-15": Carrier(12.0),
    "HH-16": Carrier(6.0),
    "HH-17": Carrier(2.0),
    "IN-01": Carrier(5.0),
    "IN-02": Carrier(1.5, status=LEFT_NOW, exit_year=figures.YEAR),
    "IN-03": Carrier(2.0, status=POOR),
    "IN-04": Carrier(2.5),
    "IN-05": Carrier(1.0),
    "IN-06": Carrier(3.0),
    "IN-07": Carrier(1.0),
    "IN-08": Carrier(3.0),
    "IN-09": Carrier(1.0),
    "IN-10": Carrier(4.0),
    "IN-11": Carrier(2.0),
    "IN-12": Carrier(3.0),
    "IN-13": Carrier(1.5),
    "IN-14": Carrier(1.0),
    "IN-16": Carrier(2.0, status=HELPED),
    "TG-01": Carrier(1.2, size=2, need=PUPIL),
    "TG-02": Carrier(0.3, size=2, need=PUPIL),
    "TG-03": Carrier(1.5, status=LEFT),
    "TG-04": Carrier(8.0, status=POOR),
    "TG-05": Carrier(4.0),
    "TG-06": Carrier(5.0),
    "TG-07": Carrier(2.4, status=HELPED),
    "TG-08": Carrier(1.5),
    "TG-09": Carrier(6.0),
    "TG-11": Carrier(4.0, status=HELPED),
    "TG-12": Carrier(1.0, status=LEFT_NOW, exit_year=figures.YEAR),
    "ST-01": Carrier(0.3, size=2, need=WORKER, status=("20",)),
    "ST-07": Carrier(1.0, status=LEFT),
    "ST-12": Carrier(3.0, status=POOR),
}

# Of the comparisons with departments those that belong to the first batch.
FIRST_COMPARISONS = ("DC-01", "DC-03", "DC-05", "DC-16")

# A telephone is shared by six households when the rule hits at all; a bank card by two.
PHONE_GROUP, BANK_GROUP = 6, 2


@dataclass(frozen=True, slots=True)
class Plant:
    """One contradiction to plant: the rule, which of its forms, and the group that shares a number, if any."""

    rule: str
    form: int
    group: int | None = None


def in_first_batch(rule: str) -> bool:
    """Whether a rule is one of the 59 whose findings the published figure counts (crosschecks.md, First batch)."""
    return rule.startswith(("ID-", "HH-", "IN-", "TG-")) or rule in FIRST_COMPARISONS


def finding_counts(scale: int) -> dict[str, int]:
    """Findings to plant by rule of the register at 1 in `scale`, at least one of each.

    With what departments' data contradict, those of the first batch are 21,775 at full scale; others come on top.
    """
    compared = each(scale) * sum(in_first_batch(plant.rule) for plant in PLANTS)
    first = {rule: carrier.weight for rule, carrier in CARRIERS.items() if in_first_batch(rule)}
    least = dict.fromkeys(first, 1) | {"ID-03": 2}
    total = max(figures.at_scale(figures.FINDINGS, scale) - compared, sum(least.values()))
    counts = apportion(total, first, least)
    # A registration conflict is found at both of its places.
    odd = counts["ID-03"] % 2
    counts["ID-03"] -= odd
    counts["ID-10"] += odd
    more = {rule: carrier.weight for rule, carrier in CARRIERS.items() if rule not in first}
    share = total / sum(first.values())
    return counts | {rule: max(1, round(weight * share)) for rule, weight in more.items()}


def plants(counts: dict[str, int]) -> Iterator[Plant]:
    """One plant per household to spoil, rules in order."""
    for rule, count in counts.items():
        if rule == "ID-03":
            yield from (Plant(rule, form) for form in range(count // 2))
        elif rule == "HH-15":
            yield from _with_groups(rule, count, PHONE_GROUP, count * 3 // 5)
        elif rule == "HH-16":
            yield from _with_groups(rule, count, BANK_GROUP, count // 2)
        else:
            yield from (Plant(rule, form) for form in range(count))


def _with_groups(rule: str, count: int, size: int, shared: int) -> Iterator[Plant]:
    """About `shared` of the households share numbers in groups of `size`, the others are spoilt one by one."""
    groups = shared // size
    for group in range(groups):
        yield from (Plant(rule, form, group) for form in range(size))
    yield from (Plant(rule, form) for form in range(count - groups * size))
