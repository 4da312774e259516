"""Assets: their way, what they earn, and how that comes to the households."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from apps.access import scope as scopes
from apps.common.days import today
from apps.common.errors import Refused, ServiceError
from apps.funds.asset_querysets import without_asset
from apps.funds.models import Asset, AssetContract, AssetDistribution, AssetLog, AssetYield, DistributionLine, Project
from apps.funds.services import assets, distributions
from apps.funds.services.assets import Owner
from apps.funds.services.projects import Registration
from apps.funds.services.registering import split
from apps.notices.models import PublicNotice
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.assets import contract, go, in_use, on, plan, receipt, run_notice, share_out, survey
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, VILLAGE, Office
from tests.factories.households import make_household, make_person
from tests.factories.projects import Way, aged, report

pytestmark = pytest.mark.django_db
OTHER_VILLAGE = 150422100201
HIS_OWN = Registration("household", "livestock", Decimal(100), "special", Owner("household"), "本户")


@pytest.fixture
def way() -> Way:
    plant(*VILLAGES)
    return Way.make()


def family(division: int = VILLAGE, **fields: Any) -> Any:
    """A registered household with its head."""
    household = make_household(division=division, **fields)
    make_person(household)
    return household


def built(way: Way, *households: Any, paid: int = 100000, **fields: Any) -> Project:
    """An accepted project into which money went."""
    project = way.go(way.project(*households, **fields), "notice_before")
    project = way.go(aged(project, noticed_before_on=11, approved_on=20), "start")
    project = way.go(way.go(project, "report", report=report(100)), "finish", "accept")
    county = Office.at(COUNTY)
    county.pay(county.allocate(county.budget(500000), project, 500000), paid)
    return project


# --- the way ---


def test_an_older_asset_goes_from_the_survey_to_the_households(way: Way) -> None:
    one, other = family(), family()
    asset = in_use(way)
    assert asset.number == f"A1504222016{asset.pk:08d}"
    asset = go(way, asset, "contract", contract=contract())
    asset = go(way, asset, "receive", receipt=receipt("3000.01"))
    assert asset.state == "yielding"
    shared = share_out(way, asset, plan("3000.01", (one, "1000.00"), (other, "999.99"), collective=Decimal("1000.02")))
    shared = on(way, on(way, shared, "check"), "publish")
    with pytest.raises(ServiceError, match="公示还没有期满"):
        on(way, shared, "pay_out")
    notice = run_notice(way)
    assert notice.subject == f"asset_distribution:{shared.pk}"
    assert [line["amount"] for line in notice.lines] == ["1000.00", "999.99", "1000.02"]
    shared = on(way, shared, "pay_out")
    assert (shared.state, shared.distributed_on) == ("distributed", today())
    with scopes.acting(planter()):
        assert Asset.objects.get(pk=asset.pk).state == "distributed"
        steps = list(AssetLog.objects.filter(asset=asset).order_by("pk").values_list("step", flat=True))
    assert steps == ["survey", "classify", "confirm", "register", "use", "contract", "receive", "distribute"]


def test_three_people_enter_classify_and_confirm(way: Way) -> None:
    asset = survey(way)
    with pytest.raises(Refused):
        go(way, asset, "classify", who="village", kind="public")
    asset = go(way, asset, "classify", kind="public")
    with pytest.raises(Refused):
        go(way, asset, "confirm", who="township", owner=Owner("state", "旗水利局"))
    with pytest.raises(ServiceError, match="到户类"):
        go(way, asset, "confirm", owner=Owner("household", household="1"))
    assert go(way, asset, "confirm", owner=Owner("state", "旗水利局")).owner == "旗水利局"


def test_only_a_household_of_the_village_owns_its_asset(way: Way) -> None:
    asset = go(way, survey(way), "classify", kind="household")
    for household in (family(OTHER_VILLAGE), family(status="10")):
        with pytest.raises(ServiceError) as refused:
            go(way, asset, "confirm", owner=Owner("household", household=household.code))
        assert refused.value.field == "household"
    household = family()
    asset = go(way, asset, "confirm", owner=Owner("household", household=household.code))
    assert (asset.household, asset.owner) == (household, "王建国")


def test_a_neighbour_enters_nothing(way: Way) -> None:
    neighbour = make_user("neighbour", "village_officer", OTHER_VILLAGE)
    asset = in_use(way)
    with scopes.acting(neighbour):
        assert not Asset.objects.visible_to(neighbour).exists()
        with pytest.raises(PermissionDenied):
            assets.save(Asset(division_id=VILLAGE, acquired_on=today()), by=neighbour)
        with pytest.raises(PermissionDenied):
            distributions.plan(asset, plan(1), by=neighbour)


def test_idle_damage_and_dispute_lead_back(way: Way) -> None:
    asset = go(way, in_use(way), "contract", contract=contract())
    with pytest.raises(ServiceError, match="理由"):
        go(way, asset, "idle")
    for step in ("idle", "damage", "dispute"):
        asset = go(way, go(way, asset, step, note="承租方撤场"), "restore", note="已处理")
        assert (asset.state, asset.state_before) == ("contracted", "")
    asset = go(way, go(way, asset, "idle", note="撤场"), "propose_write_off", note="报废")
    asset = go(way, asset, "keep", note="可以修复")
    assert (asset.state, asset.state_before) == ("idle", "contracted")


def test_whoever_asks_for_a_writing_off_does_not_approve_it(way: Way) -> None:
    both = make_user("both", "county_head", COUNTY)
    asset = go(way, go(way, in_use(way), "contract", contract=contract()), "propose_write_off", note="洪水冲毁")
    with pytest.raises(Refused):
        go(way, asset, "write_off", who="village")
    with scopes.acting(planter()), transaction.atomic():
        AssetLog.objects.filter(asset=asset)  # the log's own constraint, whatever rights an account holds
        with pytest.raises(IntegrityError), transaction.atomic():
            for step in ("propose_write_off", "write_off"):
                AssetLog.objects.create(
                    asset=asset, division_id=VILLAGE, round=9, by=both, by_name="b", step=step, apart=True, to_state="x"
                )
    with pytest.raises(ServiceError, match="未到期的经营合同"):
        go(way, asset, "write_off")
    asset = go(way, go(way, asset, "keep", note="先终止合同"), "end_contract", note="协商", on=today())
    asset = go(way, go(way, asset, "propose_write_off", note="洪水冲毁"), "write_off")
    assert (asset.state, asset.written_off_on) == ("written_off", today())


# --- from a project ---


def registration(**said: Any) -> Registration:
    usual: dict[str, Any] = {
        "kind": "operating",
        "form": "livestock",
        "value": Decimal(100000),
        "source": "special",
        "owner": Owner("collective", "村集体"),
        "manager": "包金山",
    }
    return Registration(**{**usual, **said})


def test_a_project_offers_to_register_what_is_left_and_says_at_the_owner_what_is_wrong(way: Way) -> None:
    project, head = built(way), sign_in(Client(), way.people["head"])
    address = f"/projects/{project.pk}/"
    said = {"step": "register_asset", "version": project.version, "asset_kind": "operating", "asset_form": "livestock"}
    said |= {"asset_value": "100000", "asset_source": "special", "asset_manager": "包金山"}
    for owner, field in ({"asset_owner_kind": "household"}, "asset_owner_kind"), ({}, "asset_owner_kind"):
        refused = head.post(address, {**said, **owner})
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, [field])
    said |= {"asset_owner_kind": "collective", "asset_owner": "村集体"}
    assert head.post(address, said).status_code == 302
    assert "register_asset" not in head.get(f"/api/v1{address}").json()["steps"]
    assert "asset_value" not in head.get(address).context["form"].fields
    assert head.post(address, {**said, "version": project.version + 1}).status_code == 403


def test_a_project_is_registered_in_one_step_for_no_more_than_its_money(way: Way) -> None:
    project = built(way)
    with scopes.acting(planter()):
        later = today() + datetime.timedelta(days=1)
        assert without_asset(Project.objects.all(), later).count() == 1
        assert without_asset(Project.objects.all(), today()).count() == 0
    with pytest.raises(ServiceError, match="不能登记"):
        way.go(project, "register_asset", who="head", asset=registration(value=Decimal("100000.01")))
    with pytest.raises(Refused):
        way.go(project, "register_asset", who="office", asset=registration())
    way.go(project, "register_asset", who="head", asset=registration(value=Decimal(60000)))
    way.go(project, "register_asset", who="head", asset=registration(value=Decimal(40000), form="machinery"))
    with pytest.raises(ServiceError, match="不能登记"):
        way.go(project, "register_asset", who="head", asset=registration(value=Decimal("0.01")))
    with scopes.acting(planter()):
        made = list(Asset.objects.order_by("pk").values_list("state", "name", "division", "value", "owner"))
        assert without_asset(Project.objects.all(), later).count() == 0
    assert made == [
        ("registered", project.name, VILLAGE, Decimal(60000), "村集体"),
        ("registered", project.name, VILLAGE, Decimal(40000), "村集体"),
    ]


def test_every_household_gets_its_own_part_to_the_cent(way: Way) -> None:
    households = [family() for _one in range(3)]
    project = built(way, *households)
    way.go(project, "register_asset", who="head", asset=HIS_OWN)
    with scopes.acting(planter()):
        made = list(Asset.objects.order_by("pk").values_list("household", "value"))
    assert made == [
        (one.pk, value) for one, value in zip(households, map(Decimal, ("33.34", "33.33", "33.33")), strict=True)
    ]
    assert sum(split(Decimal("10.00"), 7)) == Decimal("10.00")


def test_a_training_leaves_nothing_behind(way: Way) -> None:
    with pytest.raises(ServiceError, match="不形成资产"):
        way.go(built(way, kind="training"), "register_asset", who="head", asset=registration())


# --- what it earns ---


def test_an_asset_has_one_contract_at_a_time(way: Way) -> None:
    asset = go(way, in_use(way), "contract", contract=contract())
    last = today() + datetime.timedelta(days=365)
    with pytest.raises(ServiceError, match="重叠"):
        go(way, asset, "contract", contract=contract(from_on=last, until_on=last + datetime.timedelta(days=9)))
    day = last + datetime.timedelta(days=1)
    go(way, asset, "contract", contract=contract(from_on=day, until_on=day + datetime.timedelta(days=9)))
    with scopes.acting(planter()):
        assert AssetContract.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "1", "year": 2015}, "year"),
        ({"amount": "1", "year": today().year + 2}, "year"),
        ({"amount": "1", "voucher_no": ""}, "voucher_no"),
    ],
)
def test_a_yield_that_cannot_be_is_refused(way: Way, said: dict[str, Any], field: str) -> None:
    asset = in_use(way)
    with pytest.raises(ServiceError) as refused:
        go(way, asset, "receive", receipt=receipt(**said))
    assert refused.value.field == field
    with scopes.acting(planter()):
        assert not AssetYield.objects.exists()


def test_public_assets_earn_nothing(way: Way) -> None:
    asset = survey(way)
    for name, said in (("classify", {"kind": "public"}), ("confirm", {"owner": Owner("state", "旗水利局")})):
        asset = go(way, asset, name, **said)
    asset = go(way, go(way, asset, "register"), "use", manager="包金山")
    with pytest.raises(ServiceError, match="经营类"):
        go(way, asset, "receive", receipt=receipt(1))


# --- how it is shared out ---


def yielding(way: Way, amount: Any = 100) -> Asset:
    return go(way, in_use(way), "receive", receipt=receipt(amount))


def test_no_more_is_shared_out_than_was_received_and_only_once_a_year(way: Way) -> None:
    asset, household = yielding(way), family()
    with pytest.raises(ServiceError, match="不能分配") as refused:
        share_out(way, asset, plan("100.01", (household, "100.01")))
    assert refused.value.code == "exceeded"
    with pytest.raises(ServiceError, match="不能分配"):
        share_out(way, asset, plan("1", (household, "1"), year=today().year - 1))
    first = share_out(way, asset, plan("60", (household, "60")))
    with pytest.raises(ServiceError, match="已经分配"):
        share_out(way, asset, plan("40", (household, "40")))
    with pytest.raises(ServiceError, match="超过该年度已到账"):
        go(way, asset, "cancel_yield", voucher_no="收1", note="重复登记")
    on(way, first, "refuse", note="金额不对")
    share_out(way, asset, plan("100", (household, "100")))


def test_shares_come_to_the_amount_and_go_to_the_village(way: Way) -> None:
    asset, household = yielding(way), family()
    for said, why in (
        (plan("100", (household, "99.99")), "不符"),
        (plan("100", (household, "50"), (household, "50")), "同一户"),
        (plan("100", (household, "0"), collective=Decimal(100)), "0.01"),
        (plan("100", (family(OTHER_VILLAGE), "100")), "没有这一户"),
        (plan("100", (family(status="10"), "100")), "脱贫属性"),
    ):
        with pytest.raises(ServiceError, match=why) as refused:
            share_out(way, asset, said)
        assert refused.value.field == "shares"
    for said, field in (
        (plan("100", met_on=today() + datetime.timedelta(days=1)), "met_on"),
        (plan("100", minutes=" "), "minutes"),
    ):
        with pytest.raises(ServiceError) as refused:
            share_out(way, asset, said)
        assert refused.value.field == field
    with scopes.acting(planter()):
        assert not AssetDistribution.objects.exists()


def test_another_checks_what_was_planned_and_the_notice_tells_just_that(way: Way) -> None:
    asset, household = yielding(way), family()
    shared = share_out(way, asset, plan("100", (household, "100")), who="township")
    with pytest.raises(Refused):
        on(way, shared, "check", who="township")
    on(way, shared, "withdraw", note="由嘎查村拟定")
    shared = on(way, on(way, share_out(way, asset, plan("100", (household, "100"))), "check"), "publish")
    with pytest.raises(ServiceError, match="已经拟定"):
        on(way, shared, "publish")
    with pytest.raises(ServiceError, match="先撤回公示"):
        on(way, shared, "withdraw", note="有误")
    notice = run_notice(way)
    with scopes.acting(planter()):
        PublicNotice.objects.filter(pk=notice.pk).update(lines=[{**notice.lines[0], "amount": "90.00"}])
    with pytest.raises(ServiceError, match="不一致"):
        on(way, shared, "pay_out")


# --- what the database holds whatever program writes ---


def test_the_database_refuses_what_is_not_covered(way: Way) -> None:
    asset, household = yielding(way), family()
    shared = share_out(way, asset, plan("100", (household, "100")))
    of = {"asset": asset, "division_id": VILLAGE, "met_on": today(), "present": 1, "minutes": "m"}
    line = {"household_code": household.code, "person": "p", "household": household, "division_id": VILLAGE}
    with scopes.acting(planter()):
        with pytest.raises(IntegrityError, match="shared out"), transaction.atomic():
            AssetDistribution.objects.create(**of, year=2017, amount=1)
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            AssetDistribution.objects.filter(pk=shared.pk).update(minutes="另行决定")
        AssetYield.objects.create(
            asset=asset, division_id=VILLAGE, year=2017, amount=5, received_on=today(), voucher_no="v"
        )
        other = AssetDistribution.objects.create(**of, year=2017, amount=5)
        DistributionLine.objects.create(**line, distribution=other, amount=4)
        for change in ({"state": "checked"}, {"to_households": 5}):
            with pytest.raises(IntegrityError, match="lines"), transaction.atomic():
                AssetDistribution.objects.filter(pk=other.pk).update(**change)
        with pytest.raises(IntegrityError, match="lines_whole"), transaction.atomic():
            more = {**line, "household": family()}
            DistributionLine.objects.create(**more, distribution=other, amount=2)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            DistributionLine.objects.update(amount=1)
        with pytest.raises(IntegrityError, match="does not live"), transaction.atomic():
            far = family(OTHER_VILLAGE)
            DistributionLine.objects.create(
                **{**line, "household": far, "division_id": OTHER_VILLAGE}, distribution=shared, amount=1
            )


def test_the_register_says_what_is_idle_and_what_was_not_shared(way: Way) -> None:
    asset = go(way, in_use(way), "receive", receipt=receipt(10, year=today().year - 1))
    year = today().year - 1
    with scopes.acting(planter()):
        assert list(Asset.objects.unshared(year)) == [asset]
        assert not Asset.objects.unshared(2016).exists()
        assert not Asset.objects.idle().exists()
    shared = share_out(way, asset, plan("10", collective=Decimal(10), year=year))
    shared = on(way, on(way, shared, "check"), "publish")
    run_notice(way)
    on(way, shared, "pay_out")
    go(way, asset, "idle", note="撤场")
    with scopes.acting(planter()):
        assert not Asset.objects.unshared(year).exists()
        assert list(Asset.objects.idle()) == [asset]
