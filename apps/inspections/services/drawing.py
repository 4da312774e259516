"""抽样: drawing villages or households of the inspected places.

Set-based and without a chance of the moment: every unit gets a number between 0 and 1 from a hash of the seed and its
key, and the units with the largest ln(u)/w are taken (Efraimidis and Spirakis 2006: weighted, without replacement; with
equal weights a plain random sample). The same seed and population give the same draw wherever it is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import CharField, F, Max, Q, QuerySet, Value
from django.db.models.functions import Cast, Mod
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.divisions.models import Division
from apps.households.models import Household
from apps.households.models.household import REGISTERED
from apps.inspections import weighing
from apps.inspections.choices import CONFIDENCES, InspectionState, SampleMethod, SampleUnit, Strata
from apps.inspections.models import FormTemplate, Inspection, InspectionTarget, Sample, SampledUnit
from apps.inspections.models.sample import LARGEST_SAMPLE, LARGEST_SEED
from apps.inspections.services.sizes import needed, shares
from apps.inspections.services.templates import questions_of
from apps.pages.ways import holds

INSPECTS = "inspect"
DRAWN_IN = (InspectionState.APPROVED, InspectionState.TEAM_SET, InspectionState.RUNNING)
SPAN = {Strata.COUNTY: codes.SPAN[codes.COUNTY], Strata.TOWNSHIP: codes.SPAN[codes.TOWNSHIP]}


@dataclass(frozen=True)
class Plan:
    """What is to be drawn: `size` with the method of the same name, `confidence` and `margin` (percent) with the
    other; `seed` from 0."""

    unit: str
    method: str
    seed: int
    size: int | None = None
    confidence: int | None = None
    margin: Decimal | None = None
    strata: str = Strata.NONE
    weighted: bool = False


class Drawn(NamedTuple):
    """A unit that was drawn: key of the village or household, its village, stratum and weight."""

    key: int
    place: int
    stratum: str
    weight: float


class Counted(NamedTuple):
    """A population: how many there are in each stratum, and a hash over all keys and weights."""

    strata: dict[str, int]
    digest: str

    @property
    def whole(self) -> int:
        """How many there are."""
        return sum(self.strata.values())


def may_draw(inspection: Inspection, user: User) -> bool:
    """Whether somebody draws for an inspection now."""
    return inspection.state in DRAWN_IN and holds(user, INSPECTS, inspection.division_id)


@transaction.atomic
def draw(inspection: Inspection, plan: Plan, *, by: User, template: FormTemplate | None = None) -> Sample:
    """Draw a sample from the places of an inspection and keep it.

    Raises PermissionDenied without the right, and ServiceError for an inspection that is not at it, a plan that does
    not fit together, and a sample larger than the population.
    """
    _require_drawing(inspection, by)
    _check(plan)
    places = _places(inspection)
    counted = count(plan, places, by)
    size = _size(plan, counted.whole)
    drawn = ranked(plan, places, by, shares(counted.strata, size))
    sample = Sample.objects.create(
        inspection=inspection,
        division_id=inspection.division_id,
        unit=plan.unit,
        method=plan.method,
        confidence=plan.confidence if plan.method == SampleMethod.CONFIDENCE else None,
        margin=plan.margin if plan.method == SampleMethod.CONFIDENCE else None,
        strata=plan.strata,
        weighted=plan.weighted,
        seed=plan.seed,
        population=counted.whole,
        digest=counted.digest,
        size=len(drawn),
        drawn_on=today(),
        drawn_by=by,
        drawn_by_name=str(by)[:60],
        template_title=template.title if template else "",
        questions=questions_of(template) if template else [],
    )
    _keep(sample, drawn, first=1)
    return sample


@transaction.atomic
def replace(unit: SampledUnit, reason: str, *, by: User) -> SampledUnit:
    """Take the next one of the same stratum for a unit that cannot be visited; the reason stays with it.

    Raises as `draw` does, and ServiceError for a unit that was replaced or visited already and for a stratum that has
    no other.
    """
    sample = unit.sample
    _require_drawing(sample.inspection, by)
    locked = SampledUnit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if locked.dropped_on is not None or locked.forms.exists():
        raise ServiceError(_("这个抽中单位已经替换或者已经走访。"), code="state", status=409)
    if not reason.strip():
        raise ServiceError(_("请说明替换的原因。"), field="reason", code="required")
    plan = _plan_of(sample)
    key = "place_id" if sample.unit == SampleUnit.VILLAGE else "household_id"
    taken = list(sample.units.values_list(key, flat=True))
    found = ranked(plan, _places(sample.inspection), by, {locked.stratum: 1}, without=taken)
    if not found:
        raise ServiceError(_("同一层已经没有可以替换的单位。"), code="exhausted", status=409)
    SampledUnit.objects.filter(pk=locked.pk).update(
        dropped_on=today(), dropped_reason=reason.strip()[:200], dropped_by_name=str(by)[:60]
    )
    last = sample.units.aggregate(last=Max("position"))["last"]
    return _keep(sample, found, first=last + 1, replaces=locked)[0]


def again(sample: Sample, user: User) -> tuple[bool, bool]:
    """Whether the population is still the one that was drawn from, and whether the draw comes out the same."""
    plan, places = _plan_of(sample), _places(sample.inspection)
    counted = count(plan, places, user)
    if sample.size > counted.whole:
        return False, False
    drawn = ranked(plan, places, user, shares(counted.strata, sample.size))
    key = "place_id" if sample.unit == SampleUnit.VILLAGE else "household_id"
    kept = sample.units.order_by("position").values_list(key, flat=True)[: sample.size]
    return counted.digest == sample.digest, [one.key for one in drawn] == list(kept)


def _require_drawing(inspection: Inspection, by: User) -> None:
    if not holds(by, INSPECTS, inspection.division_id):
        raise PermissionDenied(_("您没有为这项督查抽样的权限。"))
    if inspection.state not in DRAWN_IN:
        raise ServiceError(
            _("现为“%(state)s”，不能抽样。") % {"state": inspection.get_state_display()}, code="state", status=409
        )


def _check(plan: Plan) -> None:
    if plan.strata == Strata.STATUS and plan.unit == SampleUnit.VILLAGE:
        raise ServiceError(_("嘎查村没有脱贫属性，请换一种分层。"), field="strata", code="strata")
    if not 0 <= plan.seed <= LARGEST_SEED:
        raise ServiceError(_("随机种子应在0至%(most)d之间。") % {"most": LARGEST_SEED}, field="seed", code="seed")
    if plan.method == SampleMethod.SIZE and not plan.size:
        raise ServiceError(_("请填写抽样数量。"), field="size", code="required")
    if plan.method == SampleMethod.CONFIDENCE:
        if plan.confidence not in dict(CONFIDENCES):
            raise ServiceError(_("请选择置信水平。"), field="confidence", code="required")
        if plan.margin is None or not Decimal("0.5") <= plan.margin <= Decimal(50):
            raise ServiceError(_("误差应在0.5%%至50%%之间。") % (), field="margin", code="required")


def _size(plan: Plan, population: int) -> int:
    """How many are drawn. Raises ServiceError for more than there are, and for more than a sample holds."""
    if plan.method == SampleMethod.SIZE:
        size, field = plan.size or 0, "size"
    else:
        size, field = needed(population, plan.confidence or 0, plan.margin or 0), "margin"
    if population == 0 or size > population:
        raise ServiceError(
            _("样本 %(size)d 个，多于总体 %(population)d 个。") % {"size": size, "population": population},
            field=field,
            code="too_large",
        )
    if size > LARGEST_SAMPLE:
        raise ServiceError(
            _("一次最多抽取 %(most)d 个，这里需要 %(size)d 个。") % {"most": LARGEST_SAMPLE, "size": size},
            field=field,
            code="too_many",
        )
    return size


def _plan_of(sample: Sample) -> Plan:
    names = ("unit", "method", "seed", "size", "confidence", "margin", "strata", "weighted")
    return Plan(**{name: getattr(sample, name) for name in names})


def _places(inspection: Inspection) -> list[int]:
    rows = InspectionTarget.objects.filter(inspection=inspection)
    return list(rows.order_by("place_id").values_list("place_id", flat=True))


# --- the population, in SQL ---

RANKED = """
ln((('x' || substr(encode(sha256(convert_to(%s || ':' || key, 'UTF8')), 'hex'), 1, 13))::bit(52)::bigint::float8 + 0.5)
   / 4503599627370496.0) / weight"""
"""A unit's rank: the first 52 bits of SHA-256("seed:key") as a number between 0 and 1, its logarithm by its weight."""


def count(plan: Plan, places: Sequence[int], user: Any) -> Counted:
    """The population of a plan, by strata."""
    source, params = _population(plan, places, user)
    statement = (
        f"WITH population AS ({source}) SELECT stratum, count(*),"  # noqa: S608  (our own words; values are parameters)
        " md5(string_agg(key || ':' || weight, ',' ORDER BY key)) FROM population GROUP BY stratum ORDER BY stratum"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    digest = hashlib.sha256("".join(f"{name}:{md5};" for name, _number, md5 in rows).encode()).hexdigest()[:32]
    return Counted({name: number for name, number, _md5 in rows}, digest)


def ranked(
    plan: Plan, places: Sequence[int], user: Any, wanted: dict[str, int], without: Sequence[int] = ()
) -> list[Drawn]:
    """The first so many of each stratum by rank, stratum by stratum."""
    source, params = _population(plan, places, user)
    statement = (
        f"WITH population AS ({source}), ranks AS (SELECT *, {RANKED} AS rank FROM population"  # noqa: S608  (our own words; values are parameters)
        " WHERE NOT (key = ANY (%s))), placed AS (SELECT *, row_number() OVER"
        " (PARTITION BY stratum ORDER BY rank DESC, key) AS position FROM ranks)"
        " SELECT key, place, stratum, weight FROM placed"
        " JOIN unnest(%s::text[], %s::int[]) AS wanted (name, number) ON name = stratum"
        " WHERE position <= number ORDER BY stratum, position"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, str(plan.seed), list(without), list(wanted), list(wanted.values())])
        return [Drawn(*row) for row in cursor.fetchall()]


def _population(plan: Plan, places: Sequence[int], user: Any) -> tuple[str, list[Any]]:
    """SQL of key, place, stratum and weight of whatever may be drawn; what the user does not see is not in it."""
    if plan.unit == SampleUnit.VILLAGE:
        rows: QuerySet[Any, Any] = Division.objects.pickable().at_level(codes.VILLAGE).order_by()
        key, place = "code", "code"
    else:
        rows = Household.objects.visible_to(user).filter(status__in=REGISTERED).order_by()
        key, place = "pk", "division_id"
    where = Q()
    for one in places:
        low, high = codes.subtree(one)
        where |= Q(**{f"{place}__gte": low, f"{place}__lte": high})
    rows = rows.filter(where if places else Q(pk__in=[]))
    found = rows.values(sample_key=F(key), sample_place=F(place), sample_stratum=_stratum(plan.strata, place))
    source, params = found.query.sql_with_params()
    joins: list[str] = []
    weight, more = ["1"], list[Any]()
    for number, risk in enumerate(weighing.risks(plan.unit) if plan.weighted else []):
        text, given = risk.by_unit[plan.unit](user).values_list("key", "risk").query.sql_with_params()
        joins.append(f" LEFT JOIN ({text}) AS r{number} (key, risk) ON r{number}.key = p.key")
        weight.append(f"least(coalesce(r{number}.risk::float8, 0), {float(risk.most)})")
        more += given
    weights = f"round(({' + '.join(weight)})::numeric, 4)::float8"
    statement = (
        f"SELECT p.key, p.place, p.stratum, {weights} AS weight"  # noqa: S608  (our own words; values are parameters)
        f" FROM ({source}) AS p (key, place, stratum){''.join(joins)}"
    )
    return statement, [*params, *more]


def _stratum(strata: str, place: str) -> Any:
    """The stratum of a unit as text."""
    if strata in SPAN:
        return Cast(F(place) - Mod(F(place), Value(SPAN[Strata(strata)])), CharField())
    return F("status") if strata == Strata.STATUS else Value("", CharField())


# --- keeping it ---


def _keep(sample: Sample, drawn: Sequence[Drawn], *, first: int, replaces: SampledUnit | None = None) -> list[Any]:
    heads = {}
    if sample.unit == SampleUnit.HOUSEHOLD:
        rows: Any = Household.objects.filter(pk__in=[one.key for one in drawn]).with_head()
        heads = {key: (code, head or "") for key, code, head in rows.values_list("pk", "code", "head_name")}
    units = []
    for position, one in enumerate(drawn, first):
        code, head = heads.get(one.key, ("", ""))
        units.append(
            SampledUnit(
                inspection_id=sample.inspection_id,
                division_id=sample.division_id,
                sample=sample,
                position=position,
                place_id=one.place,
                household_id=one.key if sample.unit == SampleUnit.HOUSEHOLD else None,
                household_code=code,
                head=head,
                stratum=one.stratum,
                weight=one.weight,
                replaces=replaces,
            )
        )
    return SampledUnit.objects.bulk_create(units)
