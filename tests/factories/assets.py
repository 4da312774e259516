"""Assets on their way, and what they earn and share out."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from apps.access import scope as scopes
from apps.common.days import today
from apps.funds.models import Asset, AssetDistribution
from apps.funds.services import assets, distributions
from apps.funds.services.assets import Owner
from apps.funds.services.distributions import Plan, Share
from apps.funds.services.earning import Contract, Receipt
from apps.notices.models import PublicNotice
from tests.factories.accounts import planter
from tests.factories.funds import VILLAGE
from tests.factories.projects import Way

WHO = {
    **dict.fromkeys(("classify", "restore", "cancel_yield"), "township"),
    **dict.fromkeys(("confirm", "send_back", "write_off", "keep"), "head"),
    "register": "office",
}
TO_USE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("classify", {"kind": "operating"}),
    ("confirm", {"owner": Owner("collective", "村集体经济合作社")}),
    ("register", {}),
    ("use", {"manager": "包金山"}),
)
SURVEYED = {
    "name": "肉牛养殖小区",
    "form": "greenhouse",
    "value": Decimal(200000),
    "year": 2016,
    "source": "special",
    "acquired_on": datetime.date(2016, 10, 1),
    "site": "村东",
}


def survey(way: Way, who: str = "village", **fields: Any) -> Asset:
    """An older asset as the village's survey found it."""
    by = way.people[who]
    with scopes.acting(by):
        return assets.save(Asset(**{"division_id": VILLAGE, **SURVEYED, **fields}), by=by)


def go(way: Way, asset: Asset, name: str, who: str = "", **said: Any) -> Asset:
    """A step of an asset, by the one whose it is (or `who`)."""
    by = way.people[who or WHO.get(name, "village")]
    with scopes.acting(by):
        found = Asset.objects.visible_to(by).get(pk=asset.pk)
        return assets.take(found, name, by=by, said=assets.Said(**said))


def in_use(way: Way, **fields: Any) -> Asset:
    """An operating asset of the village that stands in the ledger and is used."""
    asset = survey(way, **fields)
    for name, said in TO_USE:
        asset = go(way, asset, name, **said)
    return asset


def contract(**said: Any) -> Contract:
    """A contract from today for a year, the rent paid in advance (R-121)."""
    usual = {
        "operator": "草原牧业有限公司",
        "income_form": "lease",
        "from_on": today(),
        "until_on": today() + datetime.timedelta(days=365),
        "yearly_yield": Decimal(3000),
        "is_prepaid": True,
    }
    return Contract(**{**usual, **said})


def receipt(amount: Any, year: int | None = None, voucher_no: str = "收1") -> Receipt:
    """A yield that came in today."""
    return Receipt(year or today().year, Decimal(amount), today(), voucher_no)


def plan(amount: Any, *shares: tuple[Any, Any], **said: Any) -> Plan:
    """A plan of this year: the households with what each gets."""
    usual = {"year": today().year, "met_on": today(), "present": 40, "minutes": "一致同意"}
    lines = [Share(household.code, Decimal(share)) for household, share in shares]
    return Plan(amount=Decimal(amount), shares=lines, **{**usual, **said})


def share_out(way: Way, asset: Asset, said: Plan, who: str = "village") -> AssetDistribution:
    """A plan of distribution as it is made."""
    by = way.people[who]
    with scopes.acting(by):
        return distributions.plan(Asset.objects.visible_to(by).get(pk=asset.pk), said, by=by)


def on(way: Way, distribution: AssetDistribution, name: str, who: str = "", **said: Any) -> AssetDistribution:
    """A step of a distribution."""
    by = way.people[who or {"check": "township", "refuse": "township"}.get(name, "village")]
    with scopes.acting(by):
        found = AssetDistribution.objects.visible_to(by).get(pk=distribution.pk)
        return distributions.take(found, name, by=by, said=distributions.Said(**said))


def run_notice(way: Way) -> PublicNotice:
    """Let the days of the newest notice be over, as the clock does."""
    with scopes.acting(planter()):
        notice = PublicNotice.objects.latest("pk")
        past = today() - datetime.timedelta(days=11)
        PublicNotice.objects.filter(pk=notice.pk).update(
            state="ended",
            approved_by=way.people["office"],
            posted_on=past,
            ends_on=today() - datetime.timedelta(days=1),
            closed_on=today(),
            postings=1,
        )
        return PublicNotice.objects.get(pk=notice.pk)
