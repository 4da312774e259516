"""扶贫资产: from the survey to the writing-off (workflows.md §9). State moves here and nowhere else.

Villages and townships enter, the township or the county's department classifies, the county confirms the owner and
writes off. What an operating asset earns stands in `earning`, how that is shared out in `distributions`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import Refused, ServiceError
from apps.common.models import save_versioned
from apps.divisions import codes
from apps.funds.asset_choices import EARNING, SIDE, UNREGISTERED, AssetKind, AssetState, DistributionState, OwnerKind
from apps.funds.models import Asset, AssetDistribution, AssetLog, AssetYield
from apps.funds.services import earning
from apps.funds.services.earning import Contract, Receipt
from apps.funds.services.helped import helped
from apps.pages.ways import Step, Way, holds_at, past_day

PROPOSES, REVIEWS, APPROVES = "propose_funds", "review_funds", "approve_funds"
COUNTY = (codes.COUNTY,)
OFFICES = (codes.COUNTY, codes.TOWNSHIP)
ALL = (*OFFICES, codes.VILLAGE)
S = AssetState
USED = (S.REGISTERED, S.IN_USE, *EARNING)
"""In the ledger, and nothing hinders its use."""

SURVEY = Step("survey", gettext_lazy("清查登记"), (), S.SURVEYED, PROPOSES, ALL)
FROM_PROJECT = Step("from_project", gettext_lazy("由项目登记"), (), S.REGISTERED, APPROVES, COUNTY)
DISTRIBUTE = Step("distribute", gettext_lazy("收益分配到户"), (S.YIELDING,), S.DISTRIBUTED, PROPOSES, ALL)
"""Steps that are taken elsewhere, and stand in the log of an asset all the same."""

WAY = Way.of(
    AssetLog,
    "asset",
    Step("classify", gettext_lazy("核查并分类"), (S.SURVEYED,), S.CLASSIFIED, REVIEWS, OFFICES, apart=True, opens=True),
    Step("confirm", gettext_lazy("确认权属"), (S.CLASSIFIED,), S.CONFIRMED, APPROVES, COUNTY, apart=True),
    Step("send_back", gettext_lazy("退回重新清查"), (S.CLASSIFIED,), S.SURVEYED, APPROVES, COUNTY, needs_note=True),
    Step("register", gettext_lazy("登记入账"), (S.CONFIRMED,), S.REGISTERED, PROPOSES, OFFICES),
    Step("use", gettext_lazy("投入使用"), (S.REGISTERED,), S.IN_USE, PROPOSES, ALL),
    Step("contract", gettext_lazy("登记经营合同"), (S.IN_USE, *EARNING), "", PROPOSES, ALL),
    Step("end_contract", gettext_lazy("提前终止合同"), EARNING, "", PROPOSES, ALL, needs_note=True),
    Step("receive", gettext_lazy("登记收益到账"), (S.IN_USE, *EARNING), S.YIELDING, PROPOSES, ALL),
    Step("cancel_yield", gettext_lazy("作废收益登记"), EARNING, "", REVIEWS, OFFICES, needs_note=True),
    Step("idle", gettext_lazy("标记闲置"), USED, S.IDLE, PROPOSES, ALL, needs_note=True),
    Step("damage", gettext_lazy("标记损毁"), USED, S.DAMAGED, PROPOSES, ALL, needs_note=True),
    Step("dispute", gettext_lazy("标记有争议"), (*UNREGISTERED, *USED), S.DISPUTED, PROPOSES, ALL, needs_note=True),
    Step("restore", gettext_lazy("恢复"), SIDE, "", REVIEWS, OFFICES, needs_note=True),
    Step(
        "propose_write_off",
        gettext_lazy("申请核销"),
        (*USED, S.IDLE, S.DAMAGED),
        S.LEAVING,
        PROPOSES,
        ALL,
        apart=True,
        opens=True,
        needs_note=True,
    ),
    Step("write_off", gettext_lazy("批准核销"), (S.LEAVING,), S.WRITTEN_OFF, APPROVES, COUNTY, apart=True),
    Step("keep", gettext_lazy("不同意核销"), (S.LEAVING,), "", APPROVES, COUNTY, needs_note=True),
    elsewhere=(SURVEY, FROM_PROJECT, DISTRIBUTE),
)


@dataclass(frozen=True)
class Owner:
    """Whose an asset is; a household by its code, which then is the owner."""

    kind: str
    name: str = ""
    household: str = ""


@dataclass(frozen=True)
class Said:
    """What is said with a step: the class, the owner, who looks after it, a contract, a receipt, the day an end."""

    note: str = ""
    kind: str = ""
    owner: Owner | None = None
    manager: str = ""
    on: datetime.date | None = None
    contract: Contract | None = None
    receipt: Receipt | None = None
    voucher_no: str = ""


def may_enter(by: User | scopes.Scope, place: int | None = None) -> bool:
    """Whether somebody enters assets of a place, or of any: in the office of the village, township or county."""
    if place is not None:
        return codes.level(place) in ALL and holds_at(by, PROPOSES, place, ALL)
    return any(codes.level(low) in ALL for low, _high in scopes.of(by).ranges_of(PROPOSES))


@transaction.atomic
def save(asset: Asset, *, by: User, expected_version: int | None = None) -> Asset:
    """Write what a survey found, or change it before it is classified.

    Raises PermissionDenied for another place's office, StaleVersion, and ServiceError for a place that owns no assets,
    a day to come and a state that does not allow it.
    """
    if codes.level(asset.division_id) not in ALL:
        raise ServiceError(_("资产登记在嘎查村、苏木乡镇或旗县。"), field="division", code="level")
    if not may_enter(by, asset.division_id):
        raise PermissionDenied(_("您没有登记这里资产的权限。"))
    if asset.acquired_on > today():
        raise ServiceError(_("日期不能晚于今天。"), field="acquired_on", code="future")
    if asset.pk is None:
        asset.drafted_by, asset.drafted_by_name = by, str(by)[:60]
        asset.save()
        WAY.write(asset, SURVEY, "", by=by)
        return asset
    stored = Asset.objects.select_for_update().get(pk=asset.pk)
    if stored.state != S.SURVEYED:
        raise ServiceError(_("已经核查，不能修改。"), code="state", status=409)
    if expected_version is None:
        asset.save()
    else:
        save_versioned(asset, expected_version)
    return asset


@transaction.atomic
def enter(found: Sequence[Asset], *, by: User) -> list[Asset]:
    """Write what a survey found of many assets at once, each as `save` writes one; the caller has asked its rules."""
    for asset in found:
        asset.drafted_by, asset.drafted_by_name = by, str(by)[:60]
    made = Asset.objects.bulk_create(found, batch_size=1000)
    AssetLog.objects.bulk_create([WAY.line(asset, SURVEY, "", by=by) for asset in made], batch_size=1000)
    return made


def take(asset: Asset, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None) -> Asset:
    """Take a step; what may be refused is said at `Way.take` and at each act below."""
    words = said or Said()

    def act(locked: Asset, step: Step) -> str | None:
        if step.to_state in (*SIDE, S.LEAVING) and not locked.state_before:
            locked.state_before = locked.state
        if step.name in ACTS:
            return ACTS[step.name](locked, words, by)
        return None

    return WAY.take(asset, name, by=by, act=act, note=words.note, expected_version=expected_version)


def _classify(asset: Asset, said: Said, by: User) -> None:
    if said.kind not in AssetKind.values:
        raise ServiceError(_("请选择资产类别。"), field="kind", code="required")
    asset.kind = said.kind


def _confirm(asset: Asset, said: Said, by: User) -> None:
    """Nobody confirms what he entered himself."""
    if by.pk == asset.drafted_by_id:
        raise Refused(_("同一事项的各步须由不同的人办理，您已经办理过其中一步。"))
    own(asset, said.owner or Owner(""), by=by)
    asset.confirmed_on = today()


def own(asset: Asset, owner: Owner, *, by: User) -> None:
    """Say whose an asset is. A household's own asset belongs to a registered household of its village, and nothing else
    does."""
    if owner.kind not in OwnerKind.values:
        raise ServiceError(_("请选择权属。"), field="owner_kind", code="required")
    if (owner.kind == OwnerKind.HOUSEHOLD) != (asset.kind == AssetKind.HOUSEHOLD):
        raise ServiceError(_("到户类资产归农户所有，其他资产归国家或村集体所有。"), field="owner_kind", code="kind")
    asset.owner_kind, asset.household = owner.kind, None
    if owner.kind != OwnerKind.HOUSEHOLD:
        asset.owner = owner.name.strip() or asset.owner
        if not asset.owner:
            raise ServiceError(_("请填写所有者。"), field="owner", code="required")
        return
    found = helped(
        [owner.household.strip()],
        by=by,
        inside=asset.division_id,
        elsewhere=_("%(code)s：不在资产所在的嘎查村。"),
        field="household",
    )
    household = next(iter(found.values()))
    if household.division_id != asset.division_id:
        raise ServiceError(_("到户类资产登记在农户所在的嘎查村。"), field="household", code="elsewhere")
    asset.household, asset.owner = household, getattr(household, "head_name", None) or household.code


def number(asset: Asset) -> None:
    """Enter an asset in the ledger: its number tells county and year of the money."""
    asset.number = f"A{asset.division_id // 10**6}{asset.year}{asset.pk:08d}"
    asset.registered_on = today()


def _register(asset: Asset, said: Said, by: User) -> None:
    number(asset)


def _use(asset: Asset, said: Said, by: User) -> None:
    asset.manager = said.manager.strip() or asset.manager
    if not asset.manager:
        raise ServiceError(_("请填写管护责任人。"), field="manager", code="required")


def _operating(asset: Asset) -> None:
    if asset.kind != AssetKind.OPERATING:
        raise ServiceError(_("只有经营类资产可以发包和登记收益。"), field="step", code="kind", status=409)


def _contract(asset: Asset, said: Said, by: User) -> str | None:
    _operating(asset)
    earning.contract(asset, said.contract, by=by)
    return S.CONTRACTED if asset.state == S.IN_USE else None


def _end_contract(asset: Asset, said: Said, by: User) -> str | None:
    """Where nothing else was earned yet the asset is as it was before the contract."""
    earning.end_contract(asset, past_day(said.on, "on"))
    return S.IN_USE if asset.state == S.CONTRACTED else None


def _receive(asset: Asset, said: Said, by: User) -> None:
    _operating(asset)
    earning.receive(asset, said.receipt, by=by)


def _cancel_yield(asset: Asset, said: Said, by: User) -> str:
    earning.cancel(asset, said.voucher_no.strip())
    return _by_income(asset)


def _by_income(asset: Asset) -> str:
    """The state that an asset's yields, distributions and contracts come to."""
    shared = AssetDistribution.objects.filter(asset=asset, state=DistributionState.DISTRIBUTED)
    received = AssetYield.objects.filter(asset=asset, cancelled_on=None)
    if received.exclude(year__in=shared.values("year")).exists():
        return S.YIELDING
    if shared.exists():
        return S.DISTRIBUTED
    return S.CONTRACTED if earning.running(asset).exists() else S.IN_USE


def _restore(asset: Asset, said: Said, by: User) -> str:
    before, asset.state_before = asset.state_before, ""
    return before


def _keep(asset: Asset, said: Said, by: User) -> str:
    """Back to where it was proposed from: idle or damaged assets are that still."""
    asked = AssetLog.objects.filter(asset=asset, step="propose_write_off").order_by("-pk")
    was: str = asked.values_list("from_state", flat=True)[0]
    return was if was in SIDE else _restore(asset, said, by)


def _write_off(asset: Asset, said: Said, by: User) -> None:
    """Nobody runs it any more, and none of its income is on its way to households."""
    open_ones = (DistributionState.PLANNED, DistributionState.CHECKED, DistributionState.PUBLISHED)
    if AssetDistribution.objects.filter(asset=asset, state__in=open_ones).exists():
        raise ServiceError(_("还有收益正在分配，不能核销。"), field="step", code="distribution", status=409)
    if earning.running(asset).exists():
        raise ServiceError(_("还有未到期的经营合同，须先终止。"), field="step", code="contract", status=409)
    asset.written_off_on, asset.state_before = today(), ""


def shared_out(asset: Asset, *, by: User) -> None:
    """Move an asset on when its yield was distributed; what is idle or in dispute meanwhile stays so."""
    locked = Asset.objects.select_for_update().get(pk=asset.pk)
    before = locked.state
    if before == S.YIELDING and (after := _by_income(locked)) != before:
        locked.state, locked.state_since = after, timezone.now()
        locked.save()
    WAY.write(locked, DISTRIBUTE, before, by=by)


ACTS: dict[str, Callable[[Asset, Said, User], Any]] = {
    "classify": _classify,
    "confirm": _confirm,
    "register": _register,
    "use": _use,
    "contract": _contract,
    "end_contract": _end_contract,
    "receive": _receive,
    "cancel_yield": _cancel_yield,
    "restore": _restore,
    "write_off": _write_off,
    "keep": _keep,
}
