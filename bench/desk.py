"""The figures of each level's desk against reading them from a summary table that holds them already.

The summary has one row a unit: counties for region and league, villages below. Its sums must equal the desk's figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache

from apps.access import scope as scopes
from apps.dashboards.counting import Counts, tallies, total
from apps.dashboards.extent import Extent
from apps.divisions import codes
from apps.divisions.models import Division
from apps.pages.context import reference_date
from bench.data import LEVELS, Bench, Connection, Level, fetcher, statements
from bench.measuring import against

SUMMARY = "summary read"


def run(bench: Bench) -> None:
    """Every level: figures counted anew, figures asked again, and the whole page both ways."""
    admin = bench.admin()
    for level in LEVELS:
        user = bench.user(level.username)
        extent = Extent(level.division, (codes.subtree(level.division),), True)
        on = reference_date()

        def counted(user: Any = user, extent: Extent = extent, on: Any = on) -> dict[int, Counts]:
            with scopes.acting(user):
                return tallies(user, extent, on)

        def anew(counted: Callable[[], Any] = counted) -> Any:
            cache.clear()
            return counted()

        names = summarise(bench, admin, level)
        floor = reading(admin, level, names)
        equal(level, anew(), floor(), names)
        sent = len(statements(anew))
        found = against(anew, floor, least=3, seconds=2.0)
        bench.report.compare(f"desk {level.name} figures", found, SUMMARY, limit=2, note=f"{sent} statements")
        found = against(counted, floor, least=3, seconds=1.0)
        bench.report.compare(
            f"desk {level.name} figures again", found, SUMMARY, limit=2, note="from the cache if it has them"
        )
        of_page(bench, level, floor)


def of_page(bench: Bench, level: Level, floor: Callable[[], Any]) -> None:
    """The page after sign-in."""
    client = bench.client(level.username)

    def again() -> None:
        answer = client.get("/")
        if answer.status_code != 200:
            raise AssertionError(f"the desk answered {answer.status_code}")

    def anew() -> None:
        cache.clear()
        again()

    sent = len(statements(anew))
    found = against(anew, floor, least=3, seconds=2.0)
    bench.report.compare(f"desk {level.name} whole page", found, SUMMARY, note=f"{sent} statements")
    found = against(again, floor, least=3, seconds=1.0)
    bench.report.compare(f"desk {level.name} whole page again", found, SUMMARY)


def summarise(bench: Bench, admin: Connection, level: Level) -> list[str]:
    """Make the summary table of what a level's desk counts, unit by unit; the names of its counts."""
    own = codes.level(level.division)
    grain = codes.COUNTY if own < codes.COUNTY else codes.VILLAGE
    above = Division.objects.within(level.division).filter(level=grain - 1).values_list("code", flat=True)
    places = [level.division] if own == grain else list(above)
    found: dict[int, Counts] = {}
    user = bench.system
    with scopes.acting(user, source="system"):
        for place in places:
            cache.clear()
            for unit, counts in tallies(user, Extent(place, (codes.subtree(place),), True), reference_date()).items():
                found[unit] = counts
    names = sorted({name for counts in found.values() for name in counts})
    admin.execute("DROP TABLE IF EXISTS bench_summary")
    admin.execute(f"CREATE UNLOGGED TABLE bench_summary (unit bigint PRIMARY KEY, {_columns(names)})")
    with admin.cursor().copy(f"COPY bench_summary (unit, {', '.join(names)}) FROM STDIN") as copy:
        for unit, counts in found.items():
            copy.write_row([unit, *(counts.get(name, 0) for name in names)])
    admin.execute("ANALYZE bench_summary")
    return names


def _columns(names: list[str]) -> str:
    return ", ".join(f"{name} bigint NOT NULL" for name in names)


def reading(admin: Connection, level: Level, names: list[str]) -> Callable[[], Any]:
    """The floor: sums by unit of the desk from the summary."""
    below = min(codes.level(level.division) + 1, codes.VILLAGE)
    span = codes.SPAN[below]
    low, high = codes.subtree(level.division)
    sums = ", ".join(f"sum({name})" for name in names)
    return fetcher(
        admin,
        f"SELECT unit - unit % {span}, {sums} FROM bench_summary WHERE unit BETWEEN {low} AND {high} GROUP BY 1",
    )


def equal(level: Level, ours: Mapping[int, Counts], theirs: list[tuple[Any, ...]], names: list[str]) -> None:
    """Both give the same totals for the whole of the level's place."""
    mine = total(ours)
    summed = {name: int(sum(row[at] for row in theirs)) for at, name in enumerate(names, start=1)}
    if wrong := {name: (mine.get(name, 0), value) for name, value in summed.items() if mine.get(name, 0) != value}:
        raise AssertionError(f"{level.name}: desk and summary differ: {wrong}")
