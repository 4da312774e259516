"""The register of assets of the demonstration: what projects left behind, and older ones that a survey found.

Every built project whose kind leaves something behind has its asset, worth what was paid for it. Every operating asset
of the years before last year shared out what it earned last year and this one, to the households it helps. A few older
ones are still on their way into the register.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services import system_account
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.planting import assets as planting
from apps.dashboards.demo.records import Truth
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.asset_choices import CREATES_NOTHING, FORM_OF, KIND_OF, AssetKind, AssetState, DistributionState
from apps.funds.asset_querysets import BUILT
from apps.funds.choices import FundKind, SupportMode
from apps.funds.models import (
    Allocation,
    Asset,
    AssetContract,
    AssetDistribution,
    AssetLog,
    AssetYield,
    Beneficiary,
    DistributionLine,
    DistributionLog,
    Project,
)
from apps.funds.services import assets, distributions
from apps.funds.services.registering import split
from apps.households.models import Household
from apps.households.models.household import HELPED
from apps.notices.choices import RULES, Kind, State
from apps.notices.models import PublicNotice
from apps.notices.querysets import subject
from apps.pages.ways import Step

DAY = datetime.timedelta(days=1)
YIELD, COLLECTIVE = Decimal("0.06"), Decimal("0.2")
"""What an operating asset earns a year of its value, and what of that stays with the village."""
OLDER, MOST_SHARING = 4, 25
"""Older assets of a county, and households that one older asset is shared out to."""
OWN = (SupportMode.MENU, SupportMode.SELF_BUILT)
"""Where these build, each household has its own."""


class Find(NamedTuple):
    """What a survey found of a year."""

    name: str
    kind: str
    form: str
    year: int
    value: int


FINDS = (
    Find("集中供水机电井", "public", "water", 2012, 186000),
    Find("育肥羊标准化棚圈", "operating", "greenhouse", 2013, 420000),
    Find("村级文化活动室", "public", "building", 2014, 260000),
    Find("设施农业温室大棚", "operating", "greenhouse", 2015, 680000),
)
ON_THE_WAY = (AssetState.SURVEYED, AssetState.CLASSIFIED, AssetState.CONFIRMED)
SHARED = ("plan", "check", "publish", "pay_out")
OFFICE = {
    **dict.fromkeys(("survey", "use", "contract", "receive", "distribute", "plan", "publish", "pay_out"), "嘎查村委会"),
    **dict.fromkeys(("classify", "check"), "苏木乡镇扶贫办"),
    **dict.fromkeys(("confirm", "from_project"), "旗县扶贫开发领导小组"),
    "register": "旗县扶贫办",
}

Helped = list[tuple[int, str, str]]
"""Households: key, code, head."""


def register_assets(bulk: Bulk) -> list[Truth]:
    """Write the register within the acting scope; what was planted. Call it when the projects have their money."""
    truths, forgotten = planting.forget()
    names = dict(Division.objects.filter(level=codes.VILLAGE).values_list("code", "short_name"))
    helped: dict[int, Helped] = defaultdict(list)
    rows = Beneficiary.objects.filter(project__state__in=BUILT, is_active=True).order_by("pk")
    for project, key, code, head in rows.values_list("project", "household", "household_code", "head"):
        helped[project].append((key, code, head))
    made = [(one, helped[one.project_id or 0]) for one in _of_projects(helped, names, forgotten)]
    made += list(_older(names))
    first = bulk.reserve(Asset, len(made))
    for at, (asset, _households) in enumerate(made, first + 1):
        asset.pk = at
        if asset.state not in ON_THE_WAY:
            asset.number = f"A{asset.division_id // 10**6}{asset.year}{at:08d}"
    with bulk.without_history():
        Asset.objects.bulk_create([asset for asset, _households in made], batch_size=1000)
        AssetLog.objects.bulk_create([line for asset, _households in made for line in _log(asset)], batch_size=2000)
        earning = [one for one in made if one[0].state == AssetState.DISTRIBUTED]
        _contract([asset for asset, _households in earning])
        kept = planting.keep([asset for asset, _households in earning])
        for year in (figures.YEAR - 1, figures.YEAR):
            _share_out(year, [
                one for one in earning
                if one[0].acquired_on.year < year and not (year == figures.YEAR and one[0] in kept)
            ])  # fmt: skip
        truths += planting.leave_idle([asset for asset, _households in earning if asset not in kept])
    bulk.rows["funds_asset"] = len(made)
    return truths + planting.unshared(kept)


def _of_projects(helped: dict[int, Helped], names: dict[int, str], forgotten: Collection[Project]) -> Iterator[Asset]:
    """What each built project left behind; where households build for themselves, one asset for each of them. Those
    that are forgotten have none."""
    paid = dict(Allocation.objects.order_by().values_list("project").annotate(whole=Sum("paid")))
    for project in Project.objects.filter(state__in=BUILT).exclude(kind__in=CREATES_NOTHING).order_by("pk"):
        if project in forgotten:
            continue
        value = paid.get(project.pk) or project.budget
        own = project.mode in OWN and value >= len(helped[project.pk]) > 0
        kind = AssetKind.HOUSEHOLD if own else KIND_OF.get(project.kind, AssetKind.OPERATING)
        acquired = project.accepted_on or project.finished_on or figures.REFERENCE
        usual: dict[str, Any] = {
            "division_id": project.division_id,
            "project": project,
            "name": project.name.removesuffix("项目"),
            "kind": kind,
            "form": FORM_OF[project.kind],
            "year": project.year,
            "source": FundKind.BEIJING if project.kind == "beijing" else FundKind.SPECIAL,
            "acquired_on": acquired,
            "site": project.site or names.get(project.division_id, ""),
            "confirmed_on": min(acquired + 30 * DAY, figures.REFERENCE),
            "registered_on": min(acquired + 30 * DAY, figures.REFERENCE),
            "round": 1,
        }
        if not own:
            state = AssetState.DISTRIBUTED if _earns(kind, acquired) else AssetState.IN_USE
            owner = {"owner_kind": "collective", "owner": f"{names.get(project.division_id, '')}集体经济合作社"}
            yield Asset(**usual, **owner, value=value, state=state, manager="嘎查村委会")
            continue
        for (household, code, head), part in zip(
            helped[project.pk], split(value, len(helped[project.pk])), strict=True
        ):
            owner = {"owner_kind": "household", "owner": head or code, "manager": head or code}
            yield Asset(**usual, **owner, household_id=household, value=part, state=AssetState.IN_USE)


def _earns(kind: str, acquired: datetime.date) -> bool:
    """Whether an asset has shared out something: nothing earns in its first year."""
    return kind == AssetKind.OPERATING and acquired.year < figures.YEAR


def _older(names: dict[int, str]) -> Iterator[tuple[Asset, Helped]]:
    """What surveys found in the largest villages of each county; every fifth county has one still on its way."""
    villages: dict[int, Helped] = defaultdict(list)
    rows: Any = Household.objects.filter(status__in=HELPED).with_head().order_by("division_id", "pk")
    for place, key, code, head in rows.values_list("division_id", "pk", "code", "head_name").iterator():
        if len(villages[place]) < MOST_SHARING:
            villages[place].append((key, code, head or ""))
    counties: dict[int, list[int]] = defaultdict(list)
    for place in villages:
        counties[codes.at(place, codes.COUNTY)].append(place)
    for number, county in enumerate(sorted(counties)):
        places = sorted(counties[county], key=lambda place: (-len(villages[place]), place))
        for turn, find in enumerate(FINDS[:OLDER]):
            place = places[turn % len(places)]
            under_way = turn == 0 and number % 5 == 0
            state = ON_THE_WAY[number // 5 % len(ON_THE_WAY)] if under_way else AssetState.IN_USE
            if find.kind == AssetKind.OPERATING:
                state = AssetState.DISTRIBUTED
            yield _found(find, place, names.get(place, ""), state), villages[place]


def _found(find: Find, place: int, name: str, state: str) -> Asset:
    surveyed = datetime.date(figures.YEAR, 5, 10)
    confirmed = state not in (AssetState.SURVEYED, AssetState.CLASSIFIED)
    return Asset(
        division_id=place,
        name=find.name,
        kind="" if state == AssetState.SURVEYED else find.kind,
        form=find.form,
        year=find.year,
        value=Decimal(find.value),
        source=FundKind.SPECIAL,
        acquired_on=datetime.date(find.year, 10, 20),
        site=name,
        owner_kind="collective" if confirmed else "",
        owner=f"{name}集体经济合作社" if confirmed else "",
        manager="嘎查村委会",
        state=state,
        round=0 if state == AssetState.SURVEYED else 1,
        drafted_by_name="嘎查村委会",
        confirmed_on=surveyed + 20 * DAY if confirmed else None,
        registered_on=None if state in ON_THE_WAY else surveyed + 25 * DAY,
    )


def _contract(earning: Iterable[Asset]) -> None:
    """Every other asset is leased for three years, the rent paid in advance (R-121); villages run the others."""
    begin = datetime.date(figures.YEAR - 1, 1, 1)
    AssetContract.objects.bulk_create(
        [
            AssetContract(
                asset=asset,
                division_id=asset.division_id,
                operator="旗农牧业产业化龙头企业",
                income_form="lease" if asset.year % 2 else "shares",
                from_on=max(begin, asset.acquired_on + DAY),
                until_on=datetime.date(figures.YEAR + 1, 12, 31),
                yearly_yield=earned(asset),
                is_prepaid=True,
                deposit=1000,
                made_by_name="嘎查村委会",
            )
            for asset in earning
            if asset.pk % 2
        ],
        batch_size=1000,
    )


def earned(asset: Asset) -> Decimal:
    """What an asset earns a year, in whole yuan."""
    return max((asset.value * YIELD).quantize(Decimal(1)), Decimal(1))


def _share_out(year: int, earning: list[tuple[Asset, Helped]]) -> None:
    """Receive a year's yield of these assets and share it out, in public."""
    met, paid = datetime.date(year, 11, 5), datetime.date(year, 12, 10)
    AssetYield.objects.bulk_create(
        [
            AssetYield(
                asset=asset,
                division_id=asset.division_id,
                year=year,
                amount=earned(asset),
                received_on=met - 20 * DAY,
                voucher_no=f"收{year}-{asset.pk}",
                made_by_name="嘎查村委会",
            )
            for asset, _households in earning
        ],
        batch_size=1000,
    )
    plans = [_plan(asset, households, year, met) for asset, households in earning]
    AssetDistribution.objects.bulk_create([row for row, _shares in plans], batch_size=1000)
    for row, shares in plans:
        for share in shares:
            share.distribution = row
    DistributionLine.objects.bulk_create([share for _row, shares in plans for share in shares], batch_size=2000)
    AssetDistribution.objects.filter(year=year, state=DistributionState.PLANNED).update(
        state=DistributionState.DISTRIBUTED, distributed_on=paid, state_since=_moment(paid)
    )
    DistributionLog.objects.bulk_create(
        [line for row, _shares in plans for line in _distribution_log(row, met)], batch_size=2000
    )
    approver = system_account()
    PublicNotice.objects.bulk_create([_notice(row, shares, met, approver) for row, shares in plans], batch_size=1000)


def _plan(
    asset: Asset, households: Helped, year: int, met: datetime.date
) -> tuple[AssetDistribution, list[DistributionLine]]:
    """What the meeting decided: a fifth for the village, the same for every household to the cent."""
    whole = earned(asset)
    rest = (whole * (1 - COLLECTIVE)).quantize(Decimal("0.01"))
    # So small a yield that some would get nothing stays with the village.
    sharing = households if rest * 100 >= len(households) > 0 else []
    row = AssetDistribution(
        asset=asset,
        division_id=asset.division_id,
        year=year,
        amount=whole,
        collective=whole - rest if sharing else whole,
        met_on=met,
        present=30 + asset.pk % 40,
        minutes="经村民代表会议讨论，同意按户平均分配，集体留存用于公益事业。",
        drafted_by_name="嘎查村委会",
    )
    parts = split(rest, len(sharing)) if sharing else []
    return row, [
        DistributionLine(
            division_id=asset.division_id,
            household_id=key,
            household_code=code,
            head=head,
            person=head or code,
            amount=part,
        )
        for (key, code, head), part in zip(sharing, parts, strict=True)
    ]


def _notice(row: AssetDistribution, shares: list[DistributionLine], met: datetime.date, approver: User) -> PublicNotice:
    """The notice of a distribution, whose days are long over."""
    name = row.asset.name
    lines = [{"asset": name, "head": share.head, "amount": f"{share.amount:.2f}"} for share in shares]
    lines += [{"asset": name, "village": "集体留存", "amount": f"{row.collective:.2f}"}] if row.collective else []
    posted = met + 5 * DAY
    return PublicNotice(
        division_id=row.division_id,
        kind=Kind.ASSETS,
        level=codes.level(row.division_id),
        title=f"{name}{row.year}年度收益分配公示",
        lines=lines,
        subject=subject(distributions.SUBJECT, row.pk),
        days=RULES[Kind.ASSETS].days,
        state=State.ARCHIVED,
        state_since=_moment(posted + 15 * DAY),
        prepared_by_name="嘎查村委会",
        approved_by=approver,
        approved_by_name="苏木乡镇扶贫办",
        place="嘎查村委会公示栏",
        ways=["board"],
        posted_on=posted,
        ends_on=posted + 10 * DAY,
        closed_on=posted + 11 * DAY,
        postings=1,
    )


def _log(asset: Asset) -> Iterator[AssetLog]:
    """How an asset came to where it is."""
    if asset.project is not None:
        steps = [assets.FROM_PROJECT, assets.WAY.steps["use"]]
        first = asset.registered_on or figures.REFERENCE
    else:
        names = ["classify", "confirm", "register", "use"]
        reached = (*ON_THE_WAY, AssetState.REGISTERED)
        count = reached.index(AssetState(asset.state)) if asset.state in reached else len(names)
        steps = [assets.SURVEY, *(assets.WAY.steps[name] for name in names[:count])]
        first = datetime.date(figures.YEAR, 5, 10)
    for turn, step in enumerate(steps):
        yield _line(AssetLog, step, first + 7 * DAY * turn, asset)
    if asset.state == AssetState.DISTRIBUTED:
        for year in range(max(asset.acquired_on.year + 1, figures.YEAR - 1), figures.YEAR + 1):
            yield _line(
                AssetLog, assets.WAY.steps["receive"], datetime.date(year, 10, 16), asset, AssetState.DISTRIBUTED
            )
            yield _line(AssetLog, assets.DISTRIBUTE, datetime.date(year, 12, 10), asset)


def _distribution_log(row: AssetDistribution, met: datetime.date) -> Iterator[DistributionLog]:
    steps = [distributions.PLAN, *(distributions.WAY.steps[name] for name in SHARED[1:])]
    for step, days in zip(steps, (1, 3, 4, 35), strict=True):
        yield _line(DistributionLog, step, met + days * DAY, row)


def _line(log: Any, step: Step, day: datetime.date, row: Any, before: str = "") -> Any:
    """A line of the log of an asset or a distribution."""
    key = "asset" if isinstance(row, Asset) else "distribution"
    return log(
        **{key: row},
        at=_moment(min(day, figures.REFERENCE)),
        division_id=row.division_id,
        round=row.round,
        by_name=OFFICE[step.name],
        step=step.name,
        apart=step.apart,
        from_state=before or (step.from_states[0] if step.from_states else ""),
        to_state=step.to_state,
    )


def _moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(9)))
