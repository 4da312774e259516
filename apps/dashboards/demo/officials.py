"""Who answers for the poor villages of the demonstration: first secretaries, task forces, leaders, units, industry
advisers, contracted doctors and supervisors; leaders and corps of counties. A few of them are missing on purpose.

They are as many at every scale, as the villages are. Names that the villages' year states are theirs.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from apps.cadres.choices import RESIDENT
from apps.common.numbers import helper_code
from apps.crosschecks.models import RuleParameter
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo import tables
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.names import Namer
from apps.dashboards.demo.numbers import helper_phone
from apps.dashboards.demo.records import Cadre, Duty, Team, Truth, Unit
from apps.dashboards.demo.villages import UNITS
from apps.divisions import codes
from apps.divisions.models import Division
from apps.households.models import CodeCounter
from apps.villages import models as villages

EIGHT_ONES = 150_700_000_000
"""The league whose scheme of eight ones CV-09 asks after."""
SUPERVISORS, MEMBERS = 10, 2
MONTHS = tuple(datetime.date(figures.YEAR, month, 1) for month in (10, 11, 12))
"""Months with attendance and visits."""
_SET_ON = datetime.date(2015, 9, 1)
_FROM = datetime.date(2018, 3, 1)
_LAST_SERIAL = 9_999

# Villages to plant each of these in, the same number at every scale; forms take turns.
PLANTS = {"CV-05": 3, "CV-06": 3, "CV-07": 3, "CV-08": 3, "CV-10": 3, "CV-11": 4, "CV-15": 3}
# What villages of the scheme lack.
LACKING = ("unit", "leader", "plan", "good_team")
# Forms of CV-15.
UNPROTECTED: tuple[dict[str, Any], ...] = (
    {"accident_insured": False},
    {"health_checked_on": None},
    {"trained_on": None},
)
WHY = {
    "CV-05": "没有第一书记",
    "CV-06": "没有驻村工作队",
    "CV-07": "当月驻村不足20天，未请假",
    "CV-08": "义务监督员只有9名",
    "CV-09": "“八个一”缺项",
    "CV-10": "蒙古族人口过半，驻村干部没有蒙汉兼通的",
    "CV-11": "第一书记没有农村牧区工作经验或不胜任",
    "CV-15": "驻村干部缺保险、体检或培训",
    "CV-17": "没有工作总队",
}


@dataclass
class Made:
    """Rows of all places, and what was left out on purpose."""

    units: dict[tuple[int, str], Unit] = field(default_factory=dict)
    cadres: list[Cadre] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    years: list[tuple[Any, ...]] = field(default_factory=list)
    serials: dict[int, int] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    def truth(self, rule: str, kind: str, place: int, cadre: str | None = None) -> None:
        """Note one thing that the night must find."""
        self.truths.append(Truth(rule, kind, None, None, str(place), WHY[rule], cadre))

    def appoint(self, kind: str, place: int, name: str, chance: random.Random, **fields: Any) -> Cadre:
        """A new cadre with a duty at a place; his file lies at the county, a villager's in his village."""
        county = place // 10**6
        serial = self.serials[county] = self.serials.get(county, _LAST_SERIAL + 1) - 1
        unit, unfit = fields.pop("unit", ""), fields.pop("unfit", False)
        given: dict[str, Any] = {
            "rank": "5",
            "post": "",
            "sex": "1" if chance.random() < 0.7 else "2",
            "phone": helper_phone(county, serial),
            "bilingual": chance.random() < 0.2,
            "rural_experience": True,
            "division_id": fields.pop("kept_at", county * 10**6),
        }
        cadre = Cadre(account="", code=helper_code(county, serial), unit=unit, name=name, **{**given, **fields})
        self.cadres.append(cadre)
        self.duties.append(Duty(place, kind, cadre.code, "", name, unit, cadre.phone, _FROM, unfit))
        return cadre

    def unit(self, county: int, name: str, level: str) -> str:
        """A unit that helps in a county, once."""
        self.units.setdefault((county, name), Unit(county, name, level, "office"))
        return name


@dataclass(frozen=True)
class Place:
    """A listed village and what its year states."""

    code: int
    population: int | None
    mongol: int | None
    secretary: str
    unit: str
    leader: str
    plan: bool
    good_team: bool

    @property
    def county(self) -> int:
        """The county it lies in."""
        return self.code - self.code % 10**6

    @property
    def in_scheme(self) -> bool:
        """Whether its league asks for the eight ones."""
        return self.code // 10**8 == EIGHT_ONES // 10**8

    @property
    def of_mongols(self) -> bool:
        """Whether half of the people are Mongols."""
        return bool(self.population) and 2 * (self.mongol or 0) >= (self.population or 0)


def appoint_officials(bulk: Bulk, seed: int | str) -> list[Truth]:
    """Write all of them and bring the villages' year to what they are; what was planted."""
    places = [Place(*row) for row in _places()]
    planted = _draw(places, str(seed))
    made = Made()
    for place in places:
        Village(made, place, planted.get(place.code, ("", 0)), str(seed)).fill()
    _above(made, places, str(seed))
    _write(bulk, made)
    RuleParameter.objects.create(name="eight_ones", division_id=EIGHT_ONES, value=1, basis="呼伦贝尔市“八个一”帮扶机制")
    return made.truths


def _places() -> Iterator[tuple[Any, ...]]:
    listed = villages.Village.objects.listed().values("division_id")
    wanted = ("division_id", "population", "mongol", "first_secretary", "helping_unit", "leader_assignment")
    rows = villages.VillageYear.objects.filter(division_id__in=listed, year=figures.YEAR).order_by("division_id")
    yield from rows.values_list(*wanted, "plan", "good_team").iterator()


def _draw(places: Iterable[Place], seed: str) -> dict[int, tuple[str, int]]:
    """Which village carries which contradiction, and which of its forms."""
    chance = random.Random(f"{seed}:officials")  # noqa: S311
    free = sorted(places, key=lambda _place: chance.random())
    ours = [place for place in free if place.in_scheme]
    found = {place.code: (f"CV-09 {item}", 0) for place, item in zip(ours, LACKING, strict=False)}
    others = [place for place in free if not place.in_scheme]
    # Of Mongols are those where most are anyway; the people of a village without registered persons are not known.
    known = sorted(others, key=lambda one: -(one.mongol or 0) / one.population if one.population else 1)
    found |= {one.code: ("CV-10", turn) for turn, one in enumerate(known[: PLANTS["CV-10"]])}
    rest = (one for one in others if one.code not in found)
    for rule, count in PLANTS.items():
        if rule != "CV-10":
            found |= {next(rest).code: (rule, turn) for turn in range(count)}
    return found


class Village:
    """Appoints everybody of one village, but for what is missing there."""

    def __init__(self, made: Made, place: Place, plant: tuple[str, int], seed: str) -> None:
        self.made, self.place, self.form = made, place, plant[1]
        self.rule, _space, self.lacks = plant[0].partition(" ")
        self.chance = random.Random(f"{seed}:officials:{place.code}")  # noqa: S311  # invented data
        self.namer = Namer(self.chance)
        self.unit = made.unit(place.county, place.unit or UNITS[0], "3")
        if self.rule == "CV-09":
            made.truth(self.rule, "division", place.code)
        elif self.rule and self.rule not in ("CV-07", "CV-15"):
            made.truth(self.rule, "village", place.code)

    def name(self) -> str:
        """An invented name."""
        people = "02" if self.chance.random() < 0.25 else "01"
        return self.namer.full(self.namer.surname(people), "1", self.chance.randint(1965, 1990))

    def appoint(self, kind: str, name: str = "", **fields: Any) -> Cadre:
        """A new cadre with a duty in the village."""
        return self.made.appoint(kind, self.place.code, name or self.name(), self.chance, **fields)

    def fill(self) -> None:
        """Everybody, and what the year says of them."""
        mongol, people = self.place.mongol, self.place.population or 0
        if self.rule == "CV-10":
            mongol = max(mongol or 0, -(-6 * people // 10))
        secretary = self._resident()
        leader, unit = "", ""
        if self.lacks != "leader":
            leader = self.appoint("leader", self.place.leader, unit=self.unit, rank="3", post="旗县领导").name
        if self.lacks != "unit":
            unit = self.unit
            self.made.duties.append(Duty(self.place.code, "unit", "", unit, "", unit, None, _FROM))
        self.appoint("adviser", unit=self.unit, rank="6", post="农艺师")
        self.appoint("doctor", rank="6", post="家庭医生")
        supervisors = SUPERVISORS - (self.rule == "CV-08")
        for _one in range(supervisors):
            self.appoint("supervisor", kept_at=self.place.code, phone=None, rank="9")
        plan, good_team = self.place.plan, self.place.good_team
        if self.place.in_scheme:
            plan, good_team = self.lacks != "plan", self.lacks != "good_team"
        team = self.rule != "CV-06"
        year = (self.place.code, secretary, team, unit, leader, plan, good_team, supervisors, mongol)
        self.made.years.append(year)

    def _resident(self) -> str:
        """First secretary and task force; the name of the first secretary, empty without one."""
        bilingual: dict[str, Any] = {"bilingual": True} if self.place.of_mongols else {}
        if self.rule == "CV-10":
            bilingual = {"bilingual": False}
        common: dict[str, Any] = {
            "unit": self.unit,
            "accident_insured": True,
            "health_checked_on": datetime.date(figures.YEAR, self.chance.randint(3, 11), self.chance.randint(1, 28)),
            "trained_on": datetime.date(figures.YEAR, self.chance.randint(3, 11), self.chance.randint(1, 28)),
            **bilingual,
        }
        secretary = ""
        if self.rule != "CV-05":
            wrong: dict[str, Any] = {}
            if self.rule == "CV-11":
                wrong = {"unfit": True} if self.form % 2 else {"rural_experience": False}
            fields = {**common, "rank": "4", "post": "第一书记", **wrong}
            secretary = self.appoint("first_secretary", self.place.secretary, **fields).name
        if self.rule != "CV-06":
            self.made.teams.append(Team(self.place.code, "village", "驻村工作队", self.unit, _SET_ON))
            lacking = UNPROTECTED[self.form % len(UNPROTECTED)] if self.rule == "CV-15" else {}
            leader = self.appoint("team_leader", **{**common, "rank": "4", "post": "工作队队长", **lacking})
            if self.rule == "CV-15":
                self.made.truth(self.rule, "cadre", self.place.county, leader.code)
            if self.rule == "CV-07":
                self.made.absent.append(leader.code)
                self.made.truth(self.rule, "duty", self.place.code, leader.code)
            for _member in range(MEMBERS):
                self.appoint("team_member", **{**common, "post": "工作队队员"})
        return secretary


def _above(made: Made, places: Iterable[Place], seed: str) -> None:
    """Leaders of counties and units of townships where villages are listed; corps of the poor counties."""
    counties = sorted({place.county for place in places})
    townships = sorted({place.code - place.code % 1000 for place in places})
    names = dict(Division.objects.filter(level=codes.LEAGUE).values_list("code", "short_name"))
    bare_county = min(place.county for place in places if place.in_scheme)
    bare_township = next(one for one in townships if one // 10**6 > bare_county // 10**6)
    poor = sorted(Division.objects.current().poverty_counties().values_list("code", flat=True))
    chance = random.Random(f"{seed}:corps")  # noqa: S311
    namer = Namer(chance)
    bare_corps = chance.choice(poor)
    for place in (bare_county, bare_township):
        made.truth("CV-09", "division", place)
    made.truth("CV-17", "division", bare_corps)
    for county in counties:
        if county != bare_county:
            name = namer.full(namer.surname("01"), "1", 1968)
            made.appoint("leader", county, name, chance, rank="2", post="盟市领导")
    for township in townships:
        if township != bare_township:
            county, league = township - township % 10**6, township - township % 10**8
            unit = made.unit(county, f"{names[league]}{chance.choice(UNITS)}", "2")
            made.duties.append(Duty(township, "unit", "", unit, "", unit, None, _FROM))
    for county in poor:
        if county != bare_corps:
            made.teams.append(Team(county, "corps", "脱贫攻坚工作总队", "", _SET_ON))
            name = namer.full(namer.surname("01"), "1", 1966)
            made.appoint("team_leader", county, name, chance, rank="2", post="工作总队总队长")


def _write(bulk: Bulk, made: Made) -> None:
    """Five tables and the villages' year, each in one statement or two."""
    unit_of = (
        "(SELECT one.id FROM cadres_helpingunit AS one WHERE one.name = unit"
        " AND one.division_id = {stage}.division_id - mod({stage}.division_id, 1000000))"
    )
    in_team = (
        "CASE WHEN kind IN ('team_leader', 'team_member') THEN (SELECT one.id FROM cadres_taskforce AS one"
        " WHERE one.division_id = demo_cadres_duty.division_id) END"
    )
    expressions = {
        tables.CADRE.model: {"account_id": "NULL::bigint", "unit_id": unit_of.format(stage="demo_cadres_cadre")},
        tables.TEAM.model: {"unit_id": unit_of.format(stage="demo_cadres_taskforce")},
        tables.DUTY.model: {
            "cadre_id": "(SELECT one.id FROM cadres_cadre AS one WHERE one.code = cadre)",
            "unit_id": unit_of.format(stage="demo_cadres_duty"),
            "team_id": in_team,
        },
    }
    rows: tuple[tuple[Any, Iterable[Any]], ...] = (
        (tables.UNIT, made.units.values()),
        (tables.CADRE, made.cadres),
        (tables.TEAM, made.teams),
        (tables.DUTY, made.duties),
    )
    for table, some in rows:
        bulk.put(table, "".join(table.lines(some, lambda _code: True)), expressions.get(table.model))
        bulk.empty(table)
    with bulk.without_history(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE villages_villageyear AS old SET first_secretary = new.secretary, task_force = new.team,"
            " helping_unit = new.unit, leader_assignment = new.leader, plan = new.plan, good_team = new.good_team,"
            " supervisors = new.supervisors, mongol = new.mongol, minority = greatest(old.minority, new.mongol)"
            " FROM unnest(%s::bigint[], %s::text[], %s::boolean[], %s::text[], %s::text[], %s::boolean[],"
            " %s::boolean[], %s::int[], %s::int[])"
            " AS new(place, secretary, team, unit, leader, plan, good_team, supervisors, mongol)"
            " WHERE old.division_id = new.place AND old.year = %s",
            [*(list(column) for column in zip(*made.years, strict=True)), figures.YEAR],
        )
        # Whoever was away too long had no leave; others had some, and came often enough with it.
        cursor.execute(
            "INSERT INTO cadres_attendance (division_id, duty_id, name, month, days_present, leave_days, note,"
            " version, created_at, updated_at)"
            " SELECT duty.division_id, duty.id, duty.name, month,"
            " CASE WHEN cadre.code = ANY (%s) AND month = %s THEN 12"
            " ELSE 20 + ascii(right(cadre.code, 1)) %% 5 - 2 * leave END,"
            " CASE WHEN cadre.code = ANY (%s) AND month = %s THEN 0 ELSE 2 * leave END, '', 1, duty.created_at,"
            " duty.created_at FROM cadres_duty duty JOIN cadres_cadre cadre ON cadre.id = duty.cadre_id"
            " CROSS JOIN unnest(%s::date[]) AS month, LATERAL (SELECT (duty.id %% 7 = 0)::int AS leave) AS asked"
            " WHERE duty.kind = ANY (%s) AND duty.division_id %% 1000 > 0",
            [made.absent, MONTHS[-1], made.absent, MONTHS[-1], list(MONTHS), [str(kind) for kind in RESIDENT]],
        )
        bulk.rows["cadres_attendance"] += cursor.rowcount
        # Codes go on beyond all that were made up here.
        cursor.execute(
            f"INSERT INTO {CodeCounter._meta.db_table} (division_id, last)"  # noqa: S608
            " SELECT place, %s FROM unnest(%s::bigint[]) AS place ON CONFLICT (division_id) DO NOTHING",
            [_LAST_SERIAL, [county * 10**6 for county in made.serials]],
        )
