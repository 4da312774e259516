"""Which contradictions are planted, how many of each, and what a household must be like to carry one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.calibration import apportion

# What the household must hold beside its size: a child of 1-15 with an adult, somebody of 18-57, a spouse, or anything.
ANY, CHILD, WORKER, COUPLE = "any", "child", "worker", "couple"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A rule's part of all findings, and the least a household needs to contradict it."""

    weight: float
    size: int = 1
    need: str = ANY


# The rules of the first night run, without ID-06, which waits for a history of codes. Weights are per cent of all
# findings: no rule empty, none above 15.
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
    "HH-15": Carrier(8.0),
    "HH-16": Carrier(6.0),
    "HH-17": Carrier(2.0),
    "IN-01": Carrier(5.0),
    "IN-04": Carrier(2.5),
}

# A telephone is shared by six households when the rule hits at all; a bank card by two.
PHONE_GROUP, BANK_GROUP = 6, 2


@dataclass(frozen=True, slots=True)
class Plant:
    """One contradiction to plant: the rule, which of its forms, and the group that shares a number, if any."""

    rule: str
    form: int
    group: int | None = None


def finding_counts(scale: int) -> dict[str, int]:
    """Findings by rule at 1 in `scale`: 21,775 of them at full scale, at least one of each rule."""
    least = dict.fromkeys(CARRIERS, 1) | {"ID-03": 2}
    total = max(figures.at_scale(figures.FINDINGS, scale), sum(least.values()))
    counts = apportion(total, {rule: carrier.weight for rule, carrier in CARRIERS.items()}, least)
    # A registration conflict is found at both of its places.
    odd = counts["ID-03"] % 2
    counts["ID-03"] -= odd
    counts["ID-10"] += odd
    return counts


def plants(counts: dict[str, int]) -> Iterator[Plant]:
    """One plant per household to spoil, rules in order."""
    for rule, count in counts.items():
        if rule == "ID-03":
            yield from (Plant(rule, form) for form in range(count // 2))
        elif rule == "HH-15":
            yield from _with_groups(rule, count, PHONE_GROUP, count * 2 // 5)
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
