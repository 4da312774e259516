"""The two samples come out exactly as the files beside them say."""

from __future__ import annotations

import pytest

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.numbers import citizen_check_char, code_ok
from apps.households.models import (
    Household,
    HouseholdIncome,
    HouseholdYear,
    Person,
    PersonYear,
    RegistrationConflict,
    StatusEvent,
)
from tests.factories.accounts import make_user
from tests.factories.divisions import plant
from tests.households.import_tools import (
    DATA,
    TOWNSHIP,
    VILLAGES,
    column,
    refused,
    report_rows,
    run,
    sample,
    truth,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    plant(*VILLAGES)
    return make_user("officer", "township_officer", TOWNSHIP)


def test_the_clean_sample_is_added_whole_and_changes_nothing_the_second_time(officer, capsys):
    expected = truth("village_clean")

    status, lines = run(capsys, DATA / "village_clean.xlsx", "officer")

    assert (status, lines[-1]) == (0, f"added {expected['households']} changed 0 unchanged 0 refused 0")
    with scopes.acting(officer):
        assert Household.objects.count() == expected["households"]
        assert Person.objects.count() == expected["persons"]
        assert PersonYear.objects.filter(year=2018).count() == expected["persons"]
        assert HouseholdYear.objects.filter(year=2018).count() == expected["households"]
        assert HouseholdIncome.objects.filter(year=2018).count() == expected["households"]
        assert {str(code) for code in Household.objects.values_list("division_id", flat=True)} == set(
            expected["villages"]
        )

    status, lines = run(capsys, DATA / "village_clean.xlsx", "officer")

    assert (status, lines[-1]) == (0, f"added 0 changed 0 unchanged {expected['households']} refused 0")
    with scopes.acting(officer):
        assert set(Household.objects.values_list("version", flat=True)) == {1}
        assert set(Person.objects.values_list("version", flat=True)) == {1}


def test_the_dirty_sample_refuses_what_is_planted_and_nothing_else(officer, capsys, tmp_path):
    expected = truth("township_dirty")
    wanted = {one["household"] for one in expected["planted"] if one["expect"] == "refuse"}
    report = tmp_path / "refused.xlsx"

    status, lines = run(capsys, DATA / "township_dirty.xlsx", "officer", "--report", str(report))

    added = expected["households"] - len(wanted)
    assert (status, lines[-1]) == (1, f"added {added} changed 0 unchanged 0 refused {len(wanted)}")
    rows = report_rows(report)
    assert refused(rows) == wanted
    original = sample("township_dirty")
    number = column(original, "户编号")
    assert len(rows) - 2 == sum(row[number] in wanted for row in original[2:])
    with scopes.acting(officer):
        assert Household.objects.count() == added
        assert not Household.objects.filter(national_no__in=wanted).exists()

    status, lines = run(capsys, DATA / "township_dirty.xlsx", "officer")

    assert (status, lines[-1]) == (1, f"added 0 changed 0 unchanged {added} refused {len(wanted)}")
    with scopes.acting(system_account()):
        # A number that stands twice in one file is a mistake of the file, not two registrations.
        assert not RegistrationConflict.objects.exists()


REASONS = {
    "id_check_char": ("证件号码", "ID-02"),
    "id_17_digits": ("证件号码", "ID-01"),
    "two_heads": ("与户主关系", "HH-02"),
    "unknown_label": ("民族", "不在代码表中"),
    "negative_income": ("工资性收入", "不能小于0"),
    "text_in_number": ("住房面积(平方米)", "不是数字"),
    "missing_name": ("姓名", "必填项为空"),
    "id_twice": ("证件号码", "ID-03"),
    "unknown_village": ("嘎查(村)", "没有“不存在的嘎查”"),
}


def test_every_refused_row_says_which_field_and_why(officer, capsys, tmp_path):
    report = tmp_path / "refused.xlsx"
    run(capsys, DATA / "township_dirty.xlsx", "officer", "--report", str(report), "--dry-run")
    rows = report_rows(report)
    number, reason = column(rows, "户编号"), column(rows, "拒绝原因")
    planted = {one["household"]: one["kind"] for one in truth("township_dirty")["planted"]}
    said: dict[str, str] = {}
    for row in rows[2:]:
        assert row[reason]
        said[row[number]] = said.get(row[number], "") + row[reason]

    for household, text in said.items():
        field, why = REASONS[planted[household]]
        assert field in text, (household, text)
        assert why in text, (household, text)
    # No reason repeats a number of a person.
    assert not any("1599" in text for text in said.values())


def test_what_is_normalised_is_stored_in_normal_form(officer, capsys):
    rows = sample("township_dirty")
    run(capsys, DATA / "township_dirty.xlsx", "officer")
    planted = {one["kind"]: one["household"] for one in truth("township_dirty")["planted"]}
    number, row_of = column(rows, "户编号"), {}
    for row in rows[2:]:
        row_of.setdefault(row[number], row)
    with scopes.acting(officer):
        for kind in ("id_lower_x", "id_full_width", "id_spaces"):
            for person in Person.objects.filter(household__national_no=planted[kind]):
                clear = person.id_no.clear()
                assert len(clear) == 18
                assert clear[17] == citizen_check_char(clear[:17])
                assert (person.id_length, person.id_check_ok) == (18, True)
                assert person.birth_date.strftime("%Y%m%d") == clear[6:14]
        spaced = row_of[planted["name_spaces"]][column(rows, "姓名")]
        assert "\u3000" in spaced
        assert Person.objects.filter(
            household__national_no=planted["name_spaces"], name=spaced.replace("\u3000", "")
        ).exists()
        assert set(
            Person.objects.filter(household__national_no=planted["label_short"]).values_list("ethnicity", flat=True)
        ) == {"01"}
        row = row_of[planted["number_as_text"]]
        income = HouseholdIncome.objects.get(household__national_no=planted["number_as_text"])
        assert income.operating == int(row[column(rows, "生产经营性收入")].replace(",", ""))


def test_a_household_carries_codes_status_and_an_event(officer, capsys):
    run(capsys, DATA / "village_clean.xlsx", "officer")
    with scopes.acting(officer):
        household = Household.objects.get(national_no="15042210020312001")
        assert code_ok(household.code)
        assert household.code.startswith("150422100203")
        assert (household.status, str(household.identified_on)) == ("20", "2013-12-31")
        assert household.phone.clear() == "13990251670"
        assert household.phone_ok is True
        event = StatusEvent.objects.get(household=household)
        assert (event.kind, event.status, event.by_id) == ("imported", "20", officer.pk)
        members = list(Person.objects.filter(household=household).order_by("code"))
        assert [one.name for one in members] == ["肖贵福", "董贵娜"]
        assert all(code_ok(one.code) and one.code.startswith(household.code) for one in members)
        income = HouseholdIncome.objects.get(household=household)
        assert (income.transfer, income.net, income.net_stated) == (3972, 10572, 10572)
        year = HouseholdYear.objects.get(household=household)
        assert (year.dwelling_grade, year.is_dangerous, year.housing_m2) == ("B", False, 43)
        facts = PersonYear.objects.get(person=members[0])
        assert (facts.health, facts.labour, facts.medical_resident, facts.dibao) == (["02"], "03", True, False)


def test_a_dry_run_leaves_nothing_behind(officer, capsys):
    status, lines = run(capsys, DATA / "village_clean.xlsx", "officer", "--dry-run")

    assert (status, lines[-1]) == (0, "added 40 changed 0 unchanged 0 refused 0")
    with scopes.acting(officer):
        assert not Household.objects.exists()
