"""收益分配: how the yield of an asset's year comes to the households, in public (workflows.md §9).

The village's meeting decides, the township checks, the notice hangs its days, and only then the money goes out. State
moves here and nowhere else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.funds.asset_choices import AssetKind, DistributionState
from apps.funds.models import Asset, AssetDistribution, AssetYield, DistributionLine, DistributionLog
from apps.funds.services import assets
from apps.funds.services.helped import helped
from apps.funds.services.ledger import explained
from apps.households.models import Household, Person
from apps.notices.choices import Kind
from apps.notices.models import PublicNotice
from apps.notices.querysets import subject
from apps.notices.services import writing
from apps.pages.ways import Step, Way, past_day

PROPOSES, REVIEWS = assets.PROPOSES, assets.REVIEWS
OFFICES, ALL = assets.OFFICES, assets.ALL
SUBJECT = "asset_distribution"
MOST = 900
"""So many households one distribution may have; one notice lists them all."""
S = DistributionState
OPEN = (S.PLANNED, S.CHECKED, S.PUBLISHED)

PLAN = Step("plan", gettext_lazy("拟定分配方案"), (), S.PLANNED, PROPOSES, ALL, apart=True)
WAY = Way.of(
    DistributionLog,
    "distribution",
    Step("check", gettext_lazy("审核通过"), (S.PLANNED,), S.CHECKED, REVIEWS, OFFICES, apart=True),
    Step("publish", gettext_lazy("拟定公示"), (S.CHECKED, S.PUBLISHED), S.PUBLISHED, PROPOSES, ALL),
    Step("pay_out", gettext_lazy("公示期满，已发放到户"), (S.PUBLISHED,), S.DISTRIBUTED, PROPOSES, ALL),
    Step("withdraw", gettext_lazy("撤销方案"), OPEN, S.WITHDRAWN, PROPOSES, ALL, needs_note=True),
    Step("refuse", gettext_lazy("审核不通过"), (S.PLANNED, S.CHECKED), S.WITHDRAWN, REVIEWS, OFFICES, needs_note=True),
    elsewhere=(PLAN,),
)


@dataclass(frozen=True)
class Share:
    """What one household gets, in yuan; a member by name, else the head."""

    household: str
    amount: Decimal
    person: str = ""


@dataclass(frozen=True)
class Plan:
    """What the meeting decided: of which year how many yuan, what stays with the collective, who gets what."""

    year: int
    amount: Decimal
    met_on: datetime.date
    present: int
    minutes: str
    shares: Sequence[Share]
    collective: Decimal = Decimal(0)


@transaction.atomic
def plan(asset: Asset, said: Plan, *, by: User) -> AssetDistribution:
    """Write what the village's meeting decided.

    Raises PermissionDenied for another place's office, and ServiceError for an asset that earns nothing, a year that is
    shared out already, more than was received, households that cannot be, shares that do not come to the amount.
    """
    if not assets.may_enter(by, asset.division_id):
        raise PermissionDenied(_("您没有登记这里资产的权限。"))
    # Whoever plans for the same asset at the same moment waits here.
    asset = Asset.objects.select_for_update().get(pk=asset.pk)
    if not earns(asset):
        raise ServiceError(_("只有已登记的经营类资产可以分配收益。"), field="asset", code="kind")
    row = AssetDistribution(
        asset=asset,
        division_id=asset.division_id,
        year=said.year,
        amount=said.amount,
        collective=said.collective,
        met_on=said.met_on,
        present=said.present,
        minutes=said.minutes.strip(),
        drafted_by=by,
        drafted_by_name=str(by)[:60],
    )
    try:
        row.clean_fields(exclude=["asset", "division", "drafted_by"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise ServiceError(messages[0], field=name) from error
    _covered(row)
    lines = _lines(row, said.shares, by=by)
    with explained("year"):
        row.save()
    DistributionLine.objects.bulk_create(lines)
    row.refresh_from_db(fields=["to_households"])  # the database has summed them up
    WAY.write(row, PLAN, "", by=by)
    return row


def earns(asset: Asset) -> bool:
    """Whether there may be a yield to share out: of a registered operating asset."""
    return asset.kind == AssetKind.OPERATING and bool(asset.number)


def received(asset: Asset, year: int) -> Decimal:
    """What was received of a year, in yuan."""
    rows = AssetYield.objects.filter(asset=asset, year=year, cancelled_on=None)
    return rows.aggregate(whole=Sum("amount"))["whole"] or Decimal(0)


def _covered(row: AssetDistribution) -> None:
    """The meeting has been, the year is not shared out, and the amount was received."""
    if row.met_on > today():
        raise ServiceError(_("会议日期不能晚于今天。"), field="met_on", code="future")
    if AssetDistribution.objects.filter(asset=row.asset, year=row.year).exclude(state=S.WITHDRAWN).exists():
        raise ServiceError(_("该年度的收益已经分配或正在分配。"), field="year", code="shared", status=409)
    if row.amount > (there := received(row.asset, row.year)):
        raise ServiceError(
            _("该年度到账收益%(there)s元，不能分配%(amount)s元。") % {"there": there, "amount": row.amount},
            field="amount",
            code="exceeded",
            status=409,
        )


def _lines(row: AssetDistribution, shares: Sequence[Share], *, by: User) -> list[DistributionLine]:
    """The shares as rows, once every one of them can be and they come to the amount."""
    if len(shares) > MOST:
        raise ServiceError(_("一次分配最多 %(most)d 户。") % {"most": MOST}, field="shares", code="too_long")
    written = [share.household.strip() for share in shares]
    for code in written:
        if written.count(code) > 1:
            raise ServiceError(_("%(code)s：同一户写了两行。") % {"code": code}, field="shares", code="twice")
    found = helped(
        written,
        by=by,
        inside=row.division_id,
        elsewhere=_("%(code)s：不是本嘎查村的贫困户。"),
        field="shares",
    )
    members = set(
        Person.objects.visible_to(by)
        .active()
        .filter(household__in=[household.pk for household in found.values()])
        .values_list("household_id", "name")
    )
    lines = [_line(row, share, found[share.household.strip()], members) for share in shares]
    whole = sum((line.amount for line in lines), row.collective)
    if whole != row.amount:
        raise ServiceError(
            _("各户金额与集体留存合计%(whole)s元，与分配金额%(amount)s元不符。")
            % {"whole": whole, "amount": row.amount},
            field="shares",
            code="sum",
        )
    return lines


def _line(
    row: AssetDistribution, share: Share, household: Household, members: set[tuple[int, str]]
) -> DistributionLine:
    head = getattr(household, "head_name", None) or ""
    person = share.person.strip() or head
    if (household.pk, person) not in members:
        message = _("%(code)s：领取人“%(name)s”不是该户成员。") % {"code": household.code, "name": person}
        raise ServiceError(message, field="shares", code="not_a_member")
    line = DistributionLine(
        distribution=row,
        division_id=household.division_id,
        household=household,
        household_code=household.code,
        head=head,
        person=person,
        amount=share.amount,
    )
    try:
        line.clean_fields(exclude=["distribution", "division", "household"])
    except ValidationError as error:
        messages = next(iter(error.message_dict.values()))
        raise ServiceError(f"{household.code}：{messages[0]}", field="shares") from error
    return line


@dataclass(frozen=True)
class Said:
    """What is said with a step: the day on which the money went out."""

    note: str = ""
    on: datetime.date | None = None


def take(
    distribution: AssetDistribution,
    name: str,
    *,
    by: User,
    said: Said | None = None,
    expected_version: int | None = None,
) -> AssetDistribution:
    """Take a step; what may be refused is said at `Way.take` and at each act below."""
    words = said or Said()

    def act(locked: AssetDistribution, step: Step) -> None:
        if step.name in ACTS:
            ACTS[step.name](locked, words, by)

    taken: AssetDistribution = WAY.take(
        distribution, name, by=by, act=act, note=words.note, expected_version=expected_version
    )
    if name == "pay_out":
        assets.shared_out(taken.asset, by=by)
    return taken


def notices_about(distribution: AssetDistribution) -> Any:
    """The notices of a distribution that were not taken back."""
    return PublicNotice.objects.about(subject(SUBJECT, distribution.pk)).exclude(state="withdrawn")


def _publish(row: AssetDistribution, said: Said, by: User) -> None:
    """Prepare the notice with everybody's share. It is approved and posted like any other notice."""
    if notices_about(row).exists():
        raise ServiceError(_("公示已经拟定。"), field="step", code="notice", status=409)
    writing.prepare(
        row.division_id,
        Kind.ASSETS,
        _("%(asset)s%(year)d年度收益分配公示") % {"asset": row.asset.name[:60], "year": row.year},
        _told(row),
        by,
        text=_("经%(day)s村民会议决定，现将收益分配方案公示如下。如有异议，请在公示期内提出。")
        % {"day": row.met_on.isoformat()},
        subject=subject(SUBJECT, row.pk),
    )


def _told(row: AssetDistribution) -> list[dict[str, Any]]:
    """The list of the notice: what everybody gets, and what stays with the collective."""
    rows = DistributionLine.objects.filter(distribution=row).order_by("pk").select_related("division")
    name = row.asset.name
    lines = [
        {"asset": name, "village": line.division.short_name, "head": line.head, "amount": line.amount} for line in rows
    ]
    return [*lines, *([{"asset": name, "village": _("集体留存"), "amount": row.collective}] if row.collective else [])]


def _pay_out(row: AssetDistribution, said: Said, by: User) -> None:
    """Only what hung its days in public as it is, every objection answered, goes out."""
    notice = notices_about(row).has_run().first()
    if notice is None:
        raise ServiceError(_("公示还没有期满，不能发放。"), field="step", code="notice", status=409)
    told = [(line.get("head", ""), line.get("amount", "")) for line in notice.lines]
    if sorted(told) != sorted((line.get("head", ""), f"{line['amount']:.2f}") for line in _told(row)):
        raise ServiceError(_("公示的名单与分配方案不一致，不能发放。"), field="step", code="notice", status=409)
    day = past_day(said.on, "on")
    if day < row.met_on:
        raise ServiceError(_("日期不能早于%(what)s。") % {"what": _("会议日期")}, field="on", code="order")
    row.distributed_on = day


def _withdraw(row: AssetDistribution, said: Said, by: User) -> None:
    """What hangs in public is taken back there first."""
    if notices_about(row).exists():
        raise ServiceError(_("公示还在进行，请先撤回公示。"), field="step", code="notice", status=409)


ACTS: dict[str, Callable[[AssetDistribution, Said, User], None]] = {
    "publish": _publish,
    "pay_out": _pay_out,
    "withdraw": _withdraw,
}
