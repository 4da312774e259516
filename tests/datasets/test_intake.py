"""A delivery from its first piece to the version in force: what is refused, held, stored once, and what counts when."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.errors import ServiceError
from apps.common.sealing import blind_index
from apps.datasets.models import DatasetVersion, Delivery, DeliveryFault, RuralAllowance, Vehicle, tables
from apps.datasets.services import intake, retention
from apps.datasets.services.freshness import covered, in_force
from apps.datasets.services.parsing import columns_of
from tests.factories.accounts import make_user
from tests.factories.datasets import deliver, sample
from tests.factories.divisions import plant
from tests.factories.households import citizen_number

pytestmark = pytest.mark.django_db

COUNTY, SIBLING, LEAGUE, REGION = 150422000000, 150423000000, 150400000000, 150000000000
DAY = datetime.date(2018, 12, 31)


@pytest.fixture(autouse=True)
def _units(settings):
    settings.REFERENCE_DATE = DAY
    plant(150422100200, 150423100200, 150522100200)


@pytest.fixture
def officer():
    return make_user("county", "county_officer", COUNTY)


def allowance(number: str | None = None, **more: object) -> dict[str, object]:
    return {"id_no": number or citizen_number(), "name": "甲乙", "amount": "310.50", "from_on": "2018-01-01", **more}


def versions(dataset: str, on: datetime.date = DAY) -> list[tuple[int, int]]:
    with scopes.acting(system_account()):
        return [(one.division, one.rows) for one in in_force(on)[dataset]]


def faults(delivery: Delivery) -> list[tuple[int, str, str]]:
    with scopes.acting(system_account()):
        rows = DeliveryFault.objects.filter(delivery=delivery).order_by("row_no", "pk")
        return [(one.row_no, one.field, one.code) for one in rows]


def test_rows_arrive_with_their_types_and_without_their_numbers(officer):
    number = citizen_number()
    delivery = deliver("CA-DB", COUNTY, [allowance(number, grade="二类", to_on="2018年12月31日")], by=officer)
    assert (delivery.state, delivery.rows, delivery.accepted, delivery.refused) == ("accepted", 1, 1, 0)
    with scopes.acting(officer):
        row = RuralAllowance.objects.get()
        assert (row.key, row.name, row.grade, row.amount) == (
            blind_index("citizen", number), "甲乙", "2", Decimal("310.50"),
        )  # fmt: skip
        assert (row.from_on, row.to_on, row.row_no) == (datetime.date(2018, 1, 1), DAY, 1)
    with connection.cursor() as cursor, scopes.acting(officer):
        cursor.execute("SELECT datasets_ruralallowance::text FROM datasets_ruralallowance")
        assert number not in cursor.fetchone()[0]
    assert versions("CA-DB") == [(COUNTY, 1)]


def test_numbers_meet_the_register_however_they_are_written(officer):
    number = citizen_number()
    rows = [allowance(f" {number[:6]}-{number[6:]} ".lower()), allowance("150422620315001")]
    deliver("CA-DB", COUNTY, rows, by=officer)
    with scopes.acting(officer):
        keys = set(RuralAllowance.objects.values_list("key", flat=True))
    old = "15042219620315001"
    assert blind_index("citizen", number) in keys
    assert any(blind_index("citizen", old + check) in keys for check in "0123456789X")


def test_wrong_rows_are_refused_one_by_one_with_their_reasons(officer):
    twice = citizen_number()
    delivery = deliver(
        "CA-DB",
        COUNTY,
        [
            allowance(twice),
            allowance(twice),  # the same key and day
            allowance(twice, from_on="2018-07-01"),
            allowance("123"),
            allowance(id_no=""),
            allowance(amount="三百"),
            allowance(from_on="2018-02-30"),
            allowance(from_on=None),
            allowance(grade="四类"),
            allowance(name="长" * 51),
        ],
        by=officer,
    )
    assert (delivery.state, delivery.accepted, delivery.refused) == ("held", 2, 8)
    assert faults(delivery) == [
        (2, "", "repeated"),
        (4, "证件号码", "invalid"),
        (5, "证件号码", "required"),
        (6, "月补助水平（元）", "invalid"),
        (7, "开始日期", "invalid"),
        (8, "开始日期", "required"),
        (9, "低保类别", "invalid"),
        (10, "姓名", "invalid"),
    ]
    with scopes.acting(officer):
        assert not any(twice in one.message for one in DeliveryFault.objects.all())


@pytest.mark.parametrize("column", ["grade", "amount", "from_on"])
def test_a_number_in_a_wrong_column_is_not_repeated_in_the_reason(officer, column):
    number = citizen_number()
    delivery = deliver("CA-DB", COUNTY, [allowance(), allowance(**{column: number})], by=officer)
    assert [(row, code) for row, _field, code in faults(delivery)] == [(2, "invalid")]
    with scopes.acting(officer):
        assert number not in DeliveryFault.objects.get().message


def test_signs_that_the_database_reads_are_kept_as_they_were(officer):
    written = {
        "id_no": citizen_number(),
        "name": "甲乙",
        "plate": r"\\x\N\t",
        "kind": "car",
        "registered_on": "2018-01-01",
    }
    deliver("PS-VH", COUNTY, [written], by=officer)
    with scopes.acting(officer):
        assert Vehicle.objects.get().plate == written["plate"]


def test_nothing_counts_before_all_of_it_is_here(officer):
    with scopes.acting(officer):
        delivery = intake.open_delivery("CA-DB", COUNTY, "2018-12", by=officer, source="api")
        intake.take(delivery, 2, [allowance()], "b", first=5001)
    assert versions("CA-DB") == []
    with scopes.acting(officer), pytest.raises(ServiceError) as gap:
        intake.complete(delivery, chunks=2, rows=2, by=officer)
    assert gap.value.status == 409
    with scopes.acting(officer):
        assert intake.open_delivery("CA-DB", COUNTY, "2018-12", by=officer, source="api").pk == delivery.pk
        intake.take(delivery, 1, [allowance()], "a", first=1)
    with scopes.acting(officer), pytest.raises(ServiceError):
        intake.complete(delivery, chunks=2, rows=3, by=officer)
    with scopes.acting(officer):
        intake.complete(delivery, chunks=2, rows=2, by=officer)
        intake.complete(delivery, chunks=2, rows=2, by=officer)  # said twice
    assert versions("CA-DB") == [(COUNTY, 2)]


def test_the_same_piece_twice_is_stored_once_and_another_one_under_its_number_is_refused(officer):
    with scopes.acting(officer):
        delivery = intake.open_delivery("CA-DB", COUNTY, "2018-12", by=officer, source="api")
        rows = [allowance(), allowance()]
        first = intake.take(delivery, 1, rows, "a", first=1)
        assert intake.take(delivery, 1, rows, "a", first=1).pk == first.pk
        assert RuralAllowance.objects.count() == 2
    with scopes.acting(officer), pytest.raises(ServiceError) as other:
        intake.take(delivery, 1, [allowance()], "b", first=1)
    assert other.value.status == 409
    with scopes.acting(officer):
        delivery.refresh_from_db()
        assert (delivery.chunks, delivery.rows, delivery.accepted) == (1, 2, 2)


@pytest.mark.parametrize(
    ("period", "why"), [("2018-13", "年-月"), ("18-12", "年-月"), ("2019-01", "还没有到"), ("２０１８-12", "年-月")]
)
def test_a_period_that_is_none_or_lies_ahead_is_refused(officer, period, why):
    with scopes.acting(officer), pytest.raises(ServiceError, match=why) as error:
        intake.open_delivery("CA-DB", COUNTY, period, by=officer, source="api")
    assert error.value.field == "period"


def test_an_older_period_than_the_one_in_force_is_refused_and_the_same_one_may_be_sent_again(officer):
    deliver("CA-DB", COUNTY, [allowance(), allowance()], by=officer)
    with scopes.acting(officer), pytest.raises(ServiceError) as older:
        intake.open_delivery("CA-DB", COUNTY, "2018-11", by=officer, source="api")
    assert older.value.field == "period"
    deliver("CA-DB", COUNTY, [allowance()], by=officer)
    assert versions("CA-DB") == [(COUNTY, 1)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"id_no": "1", "name": "甲"}, "missing"),
        (allowance(cheese="1"), "unknown"),
        ({**allowance(), "证件号码": "1"}, "repeated"),
    ],
)
def test_a_piece_with_wrong_columns_is_refused_whole(officer, row, code):
    with scopes.acting(officer):
        delivery = intake.open_delivery("CA-DB", COUNTY, "2018-12", by=officer, source="api")
        with pytest.raises(ServiceError) as error:
            intake.take(delivery, 1, [row], "a", first=1)
        assert (error.value.code, RuralAllowance.objects.count()) == (code, 0)


def test_a_version_of_less_than_half_the_last_one_waits_for_a_person(officer):
    deliver("CA-DB", COUNTY, [allowance() for _ in range(5)], by=officer, period="2018-11")
    small = deliver("CA-DB", COUNTY, [allowance(), allowance()], by=officer)
    assert small.state == "held" and "不到上一版" in small.note
    assert versions("CA-DB") == [(COUNTY, 5)]
    with scopes.acting(officer):
        intake.confirm(small, by=officer)
    assert versions("CA-DB") == [(COUNTY, 2)]
    half = deliver("CA-DB", COUNTY, [allowance()], by=officer)  # one of two is half of it
    assert half.state == "accepted"


def test_what_is_given_up_or_taken_back_leaves_no_row_and_the_one_before_counts_again(officer):
    deliver("CA-DB", COUNTY, [allowance()], by=officer, period="2018-11")
    with scopes.acting(officer):
        begun = intake.open_delivery("CA-DB", COUNTY, "2018-12", by=officer, source="api")
        intake.take(begun, 1, [allowance()], "a", first=1)
        intake.abandon(begun, by=officer)
        assert RuralAllowance.objects.count() == 1
    wrong = deliver("CA-DB", COUNTY, [allowance(), allowance()], by=officer)
    with scopes.acting(officer), pytest.raises(ServiceError) as error:
        intake.withdraw(wrong, by=officer, reason=" ")
    assert error.value.field == "reason"
    with scopes.acting(officer):
        intake.withdraw(wrong, by=officer, reason="口径错误")
        assert RuralAllowance.objects.count() == 1
    assert versions("CA-DB") == [(COUNTY, 1)]


def test_one_delivery_of_a_set_at_a_time_and_place(officer):
    other = make_user("other", "county_officer", COUNTY)
    with scopes.acting(officer):
        intake.open_delivery("CA-DB", COUNTY, "2018-12", by=officer, source="api")
        intake.open_delivery("CA-TK", COUNTY, "2018-12", by=officer, source="api")
    with scopes.acting(other), pytest.raises(ServiceError) as busy:
        intake.open_delivery("CA-DB", COUNTY, "2018-12", by=other, source="api")
    assert busy.value.status == 409


def test_a_place_that_is_not_ones_own_and_a_set_that_does_not_exist_are_refused(officer):
    with scopes.acting(officer), pytest.raises(PermissionDenied):
        intake.open_delivery("CA-DB", SIBLING, "2018-12", by=officer, source="api")
    village = make_user("village", "village_officer", 150422100200)
    with scopes.acting(village), pytest.raises(PermissionDenied):
        intake.open_delivery("CA-DB", 150422100200, "2018-12", by=village, source="api")
    with scopes.acting(officer), pytest.raises(ServiceError) as unknown:
        intake.open_delivery("ED-ZZ", COUNTY, "2018-12", by=officer, source="api")
    assert unknown.value.field == "dataset"


def test_rows_are_seen_by_whoever_loads_there_and_by_nobody_else(officer):
    deliver("CA-DB", COUNTY, [allowance()], by=officer)
    league, sibling = make_user("league", "league_officer", LEAGUE), make_user("sibling", "county_officer", SIBLING)
    helper = make_user("inspector", "inspector", COUNTY)
    for user, rows in ((officer, 1), (league, 1), (sibling, 0), (helper, 0)):
        with scopes.acting(user):
            assert RuralAllowance.objects.count() == Delivery.objects.count() == rows, user
            assert DatasetVersion.objects.count() == 1  # how fresh data are is no secret


def test_the_limit_day_itself_is_fresh_and_the_next_one_is_not(officer):
    deliver("CA-DB", COUNTY, [allowance()], by=officer, period="2018-10")
    limit = datetime.date(2018, 10, 31) + datetime.timedelta(days=60)
    assert versions("CA-DB", limit) == [(COUNTY, 1)]
    assert versions("CA-DB", limit + datetime.timedelta(days=1)) == []
    assert versions("CA-DB", datetime.date(2018, 10, 30)) == []


def test_the_latest_then_the_narrowest_supplier_comes_first_and_all_together_cover(officer):
    league = make_user("league", "league_officer", LEAGUE)
    deliver("CA-DB", LEAGUE, [allowance()], by=league)
    deliver("CA-DB", COUNTY, [allowance()], by=officer)
    deliver("CA-DB", SIBLING, [allowance()], by=league, period="2018-11")
    assert [place for place, _rows in versions("CA-DB")] == [COUNTY, LEAGUE, SIBLING]
    with scopes.acting(officer):
        assert covered(in_force(DAY)["CA-DB"]) == ((LEAGUE, LEAGUE + 10**8 - 1),)


def test_a_version_under_another_index_key_counts_no_more(officer):
    deliver("CA-DB", COUNTY, [allowance()], by=officer)
    with scopes.acting(system_account()):
        DatasetVersion.objects.update(index_key="other")
    assert versions("CA-DB") == []


def test_rows_of_replaced_versions_go_after_ninety_days_and_their_mark_stays(officer):
    deliver("PS-VH", COUNTY, [_vehicle()], by=officer, period="2018-10")
    deliver("PS-VH", COUNTY, [_vehicle()], by=officer, period="2018-11")
    deliver("PS-VH", COUNTY, [_vehicle()], by=officer)
    assert retention.purge() == (0, 0)
    with scopes.acting(system_account()):
        latest = DatasetVersion.objects.order_by("-as_of")
        days = (0, 91, 200)
        for version, ago in zip(latest, days, strict=True):
            version.received_at -= datetime.timedelta(days=ago)
            version.save()
    # November replaced October ninety-one days ago; December has replaced November only now.
    assert retention.purge() == (1, 0)
    with scopes.acting(officer):
        assert Vehicle.objects.count() == 2 and DatasetVersion.objects.count() == 3
    assert retention.purge() == (0, 0)


def _vehicle() -> dict[str, object]:
    return {"id_no": citizen_number(), "name": "甲乙", "plate": "蒙A", "kind": "货车", "registered_on": "20180101"}


@pytest.mark.parametrize("code", sorted(tables()))
def test_every_data_set_takes_in_a_row_by_its_labels(officer, code):
    """Every column filled with a value of its kind, under its Chinese header, and read back not null."""
    row = {column.label: sample(column.field) for column in columns_of(tables()[code])}
    delivery = deliver(code, COUNTY, [row], by=officer)
    assert (delivery.state, faults(delivery)) == ("accepted", [])
    with scopes.acting(officer):
        stored = tables()[code].objects.get()
        assert all(getattr(stored, one.name) not in (None, "", []) for one in tables()[code].columns())
