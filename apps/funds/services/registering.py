"""What came of a finished project, entered in the register of assets in one step (R-115, R-116, FP-15)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.funds.asset_choices import CREATES_NOTHING, FORM_OF, KIND_OF, AssetForm, AssetKind, AssetState, OwnerKind
from apps.funds.choices import FundKind
from apps.funds.models import Allocation, Asset, Beneficiary, Project
from apps.funds.services import assets
from apps.funds.services.assets import Owner


@dataclass(frozen=True)
class Registration:
    """What the county says of an asset when it registers it from its project; the project says the rest."""

    kind: str
    form: str
    value: Decimal
    source: str
    owner: Owner
    manager: str
    company_managed: bool = False


def usual(project: Project) -> dict[str, Any]:
    """What a form begins with: class and form as projects of the kind mostly have, the money that no asset of the
    project stands for yet, its main source, the village as owner."""
    kind = KIND_OF.get(project.kind, AssetKind.OPERATING)
    source = Allocation.objects.filter(project=project).order_by("-amount").values_list("quota__kind", flat=True)
    return {
        "asset_kind": kind,
        "asset_form": FORM_OF.get(project.kind, AssetForm.OTHER),
        "asset_value": left(project),
        "asset_source": source.first() or FundKind.SPECIAL,
        "asset_owner_kind": OwnerKind.HOUSEHOLD if kind == AssetKind.HOUSEHOLD else OwnerKind.COLLECTIVE,
        "asset_owner": str(project.division),
        "asset_manager": project.person_in_charge,
    }


def left(project: Project) -> Decimal:
    """Yuan of a project that no asset stands for yet: of what was settled, or paid where nothing is settled."""
    sums = Allocation.objects.filter(project=project).aggregate(settled=Sum("settled"), paid=Sum("paid"))
    money = sums["settled"] or sums["paid"] or Decimal(0)
    there = Asset.objects.filter(project=project).aggregate(whole=Sum("value"))["whole"] or Decimal(0)
    return max(money - there, Decimal(0))


def leaves(project: Project) -> bool:
    """Whether something that the project left behind is still to be registered."""
    return project.kind not in CREATES_NOTHING and left(project) > 0


def register(project: Project, said: Registration | None, *, by: User) -> list[Asset]:
    """Enter what came of a project: one asset, or one for each household that the project helped, the value shared
    equally among them to the cent. The caller holds the project's row.

    Raises ServiceError for a kind of project that leaves nothing behind, more than the project's money, and whatever
    is missing or wrong of the asset.
    """
    if project.kind in CREATES_NOTHING:
        raise ServiceError(_("这类项目不形成资产。"), field="step", code="kind")
    if said is None:
        raise ServiceError(_("请填写资产类别、形态、原值和权属。"), field="asset_value", code="required")
    if said.value > (there := left(project)):
        raise ServiceError(
            _("该项目还没有登记资产的资金为%(there)s元，不能登记%(value)s元。") % {"there": there, "value": said.value},
            field="asset_value",
            code="exceeded",
            status=409,
        )
    if said.kind == AssetKind.HOUSEHOLD:
        return _of_households(project, said, by=by)
    asset = _asset(project, said, project.division_id, said.value)
    try:
        assets.own(asset, said.owner, by=by)
    except ServiceError as error:
        error.field = f"asset_{error.field}"  # as the step of a project calls it
        raise
    return [_entered(asset, by=by)]


def _of_households(project: Project, said: Registration, *, by: User) -> list[Asset]:
    if said.owner.kind != OwnerKind.HOUSEHOLD:
        message = _("到户类资产归农户所有，其他资产归国家或村集体所有。")
        raise ServiceError(message, field="asset_owner_kind", code="kind")
    helped = list(Beneficiary.objects.filter(project=project, is_active=True).order_by("pk"))
    if not helped:
        raise ServiceError(_("该项目没有受益户，不能登记到户类资产。"), field="asset_kind", code="households")
    found = []
    for one, value in zip(helped, split(said.value, len(helped)), strict=True):
        asset = _asset(project, said, one.division_id, value)
        asset.owner_kind, asset.household_id = OwnerKind.HOUSEHOLD, one.household_id
        asset.owner = one.head or one.household_code
        found.append(_entered(asset, by=by))
    return found


def _asset(project: Project, said: Registration, place: int, value: Decimal) -> Asset:
    return Asset(
        division_id=place,
        project=project,
        name=project.name,
        kind=said.kind,
        form=said.form,
        value=value,
        year=project.year,
        source=said.source,
        acquired_on=project.accepted_on or project.finished_on or today(),
        site=project.site or str(project.division),
        manager=said.manager.strip(),
        company_managed=said.company_managed,
    )


def _entered(asset: Asset, *, by: User) -> Asset:
    """The asset as it stands in the ledger, with its number."""
    try:
        asset.clean_fields(exclude=["division", "project", "household"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise ServiceError(messages[0], field=f"asset_{name}") from error
    asset.drafted_by, asset.drafted_by_name = by, str(by)[:60]
    asset.state, asset.confirmed_on, asset.round = AssetState.CLASSIFIED, today(), 1
    asset.save()
    assets.number(asset)
    asset.state = AssetState.REGISTERED
    asset.save()
    assets.WAY.write(asset, assets.FROM_PROJECT, "", by=by)
    return asset


def split(whole: Decimal, parts: int) -> list[Decimal]:
    """A sum in equal parts to the cent; the cents that cannot be shared go to the first ones."""
    each, rest = divmod(int(whole * 100), parts)
    return [Decimal(each + (at < rest)) / 100 for at in range(parts)]
