"""A file meets a register that knows some of it already."""

from __future__ import annotations

import datetime

import pytest
from django.apps import apps

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.numbers import citizen_check_char
from apps.history.services import history_of
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
from tests.factories.households import make_household, make_person
from tests.households.import_tools import (
    DATA,
    NEIGHBOUR,
    TOWNSHIP,
    VILLAGES,
    Rows,
    column,
    put,
    put_household,
    report_rows,
    run,
    sample,
    xlsx,
)

pytestmark = pytest.mark.django_db
UNCHANGED = "added 0 changed 0 unchanged 40 refused 0"
FIRST = "15042210020312001"


@pytest.fixture
def officer(db):
    plant(*VILLAGES, NEIGHBOUR)
    return make_user("officer", "township_officer", TOWNSHIP)


@pytest.fixture
def imported(officer, capsys):
    """The clean sample is in the register."""
    assert run(capsys, DATA / "village_clean.xlsx", "officer")[0] == 0
    return officer


@pytest.fixture
def rows() -> Rows:
    return sample()


@pytest.fixture
def importing(capsys, tmp_path):
    def run_it(rows: Rows, *options: str, user: str = "officer") -> tuple[str, list[str]]:
        _status, lines = run(
            capsys, xlsx(rows, tmp_path / "file.xlsx"), user, "--report", str(tmp_path / "report.xlsx"), *options
        )
        return lines[-1], lines[:-1]

    return run_it


def first_household() -> Household:
    return Household.objects.get(national_no=FIRST)


def reasons(tmp_path) -> set[str]:
    return {row[-1] for row in report_rows(tmp_path / "report.xlsx")[2:]}


# --- what changes ----------------------------------------------------------------------------------------------------


def test_only_what_differs_is_written_and_told(imported, rows, importing):
    put_household(rows, 3, "住房面积(平方米)", 55)
    put_household(rows, 3, "主要致贫原因", "因残")
    put(rows, 4, "健康状况", "残疾")
    line, said = importing(rows)
    assert line == "added 0 changed 1 unchanged 39 refused 0"
    changes = {text.split("：", 1)[1] for text in said if text.startswith("变更")}
    assert changes == {
        "主要致贫原因 因病 → 因残",
        "住房面积(平方米) 43.00 → 55.00",
        "董贵娜 健康状况 长期慢性病 → 残疾",
    }
    with scopes.acting(imported):
        household = first_household()
        assert (household.cause_main, household.version) == ("02", 2)
        year = HouseholdYear.objects.get(household=household)
        assert (year.housing_m2, year.version) == (55, 2)
        assert HouseholdIncome.objects.get(household=household).version == 1
        versions = dict(Person.objects.filter(household=household).values_list("name", "version"))
        assert versions == {"肖贵福": 1, "董贵娜": 1}
        years = PersonYear.objects.filter(household=household).order_by("person__code")
        assert [(one.health, one.version) for one in years] == [(["02"], 1), (["04"], 2)]
        assert Household.objects.exclude(pk=household.pk).filter(version__gt=1).count() == 0
    assert importing(rows)[0] == UNCHANGED


def test_changed_numbers_are_sealed_indexed_and_shown_masked(imported, rows, importing):
    first = "159924195703209913"[:17]
    number = first + citizen_check_char(first)
    put(rows, 3, "证件号码", number)
    put(rows, 3, "残疾人证号", number + "42")
    put_household(rows, 3, "联系电话", "138 0013 8000")
    put_household(rows, 3, "银行卡号", "6228 4800 1111")
    line, said = importing(rows)
    assert line == "added 0 changed 1 unchanged 39 refused 0"
    text = "\n".join(said)
    assert "联系电话 139****1670 → 138****8000" in text
    assert "肖贵福 证件号码 1599**********8136 → " + number[:4] + "*" * 10 + number[-4:] in text
    assert "残疾人证号 — → " in text
    assert number not in text
    with scopes.acting(imported):
        household = first_household()
        assert (household.phone.clear(), household.bank_account.clear()) == ("13800138000", "622848001111")
        assert Household.objects.filter(phone_index="13800138000").get() == household
        person = Person.objects.get(id_no_index=number)
        assert (person.id_no.clear(), person.disability_no.clear()) == (number, number + "42")
        assert (person.birth_date, person.id_sex, person.disability_no_ok) == (datetime.date(1957, 3, 20), "1", True)
    assert importing(rows)[0] == UNCHANGED
    put(rows, 3, "残疾人证号", number + "43")
    assert importing(rows)[0] == "added 0 changed 1 unchanged 39 refused 0"
    put_household(rows, 3, "联系电话", "")
    assert importing(rows)[0] == "added 0 changed 1 unchanged 39 refused 0"
    with scopes.acting(imported):
        household = first_household()
        assert (household.phone, household.phone_index, household.phone_ok) == (None, None, None)
        # The other number was not sealed anew by the way.
        assert Person.objects.get(id_no_index=number).version == 3


def test_columns_that_a_file_does_not_have_are_left_alone(imported, rows, importing):
    at = column(rows, "联系电话")
    for row in rows[1:]:
        del row[at]
    assert importing(rows)[0] == UNCHANGED
    with scopes.acting(imported):
        assert first_household().phone.clear() == "13990251670"


def test_every_change_is_in_the_history_with_who_and_through_what(imported, rows, importing):
    put_household(rows, 3, "开户银行", "农业银行")
    importing(rows)
    with scopes.acting(imported):
        changes = history_of(first_household(), scopes.current())
    assert len(changes) == 2
    events = apps.get_model("households", "HouseholdEvent")
    with scopes.acting(imported):
        event = events.objects.filter(pgh_obj__national_no=FIRST).order_by("-pgh_id").first()
    assert (event.pgh_context["user"], event.pgh_context["source"]) == (imported.pk, "import")


def test_status_and_its_dates_are_reported_and_never_applied(imported, rows, importing):
    put_household(rows, 3, "脱贫属性", "已脱贫（享受政策）")
    put_household(rows, 3, "识别时间", "2016-06-30")
    line, said = importing(rows)
    assert line == UNCHANGED
    assert any("脱贫属性：登记为未脱贫，文件为已脱贫（享受政策），未作更改" in text for text in said)
    assert any("识别时间：登记为2013-12-31，文件为2016-06-30" in text for text in said)
    with scopes.acting(imported):
        household = first_household()
        assert (household.status, household.version) == ("20", 1)
        assert StatusEvent.objects.filter(household=household).count() == 1


def test_a_file_of_another_year_adds_that_year(imported, rows, importing):
    rows[0][0] = "建档立卡贫困人口基本信息（2019年度）"
    put(rows, 3, "姓名", "肖贵富")
    for row in rows[2:]:  # some have come of age
        row[column(rows, "政治面貌")] = "群众"
    assert importing(rows)[0] == "added 0 changed 40 unchanged 0 refused 0"
    with scopes.acting(imported):
        assert sorted(HouseholdYear.objects.filter(household=first_household()).values_list("year", flat=True)) == [
            2018,
            2019,
        ]
        assert PersonYear.objects.filter(year=2019).count() == 86
        assert Person.objects.filter(name="肖贵富").count() == 1


def test_an_older_file_adds_its_year_and_leaves_the_present_alone(imported, rows, importing):
    rows[0][0] = "建档立卡贫困人口基本信息（2016年度）"
    put(rows, 3, "姓名", "旧名字")
    put_household(rows, 3, "联系电话", "13800138000")
    line, said = importing(rows)
    assert line == "added 0 changed 40 unchanged 0 refused 0"
    assert any("只写入2016年度" in text for text in said)
    with scopes.acting(imported):
        household = first_household()
        assert (household.phone.clear(), household.version) == ("13990251670", 1)
        assert not Person.objects.filter(name="旧名字").exists()
        assert HouseholdYear.objects.filter(household=household, year=2016).exists()
    assert importing(rows)[0] == UNCHANGED


# --- members ---------------------------------------------------------------------------------------------------------


def new_member(rows: Rows, **cells: object) -> None:
    """A third person of the first household, after its other rows."""
    first = "159924200501011"[:14] + "123"
    row = list(rows[3])
    rows.insert(4, row)
    values = {
        "人编号": FIRST + "03",
        "姓名": "肖小福",
        "性别": "男",
        "与户主关系": "之子",
        "证件号码": first + citizen_check_char(first),
        "残疾人证号": "",
        **cells,
    }
    for header, value in values.items():
        row[column(rows, header)] = value


def test_a_new_member_of_a_known_household_is_added_with_the_next_code(imported, rows, importing):
    new_member(rows)
    line, said = importing(rows)
    assert line == "added 0 changed 1 unchanged 39 refused 0"
    assert any("肖小福 家庭成员 — → 新增" in text for text in said)
    with scopes.acting(imported):
        members = Person.objects.filter(household=first_household()).order_by("code")
        assert [one.code[17:19] for one in members] == ["01", "02", "03"]
        assert PersonYear.objects.filter(person__name="肖小福", year=2018).exists()
    assert importing(rows)[0] == UNCHANGED


def test_a_member_entered_by_hand_is_known_by_the_number_of_the_document(imported, rows, importing):
    new_member(rows)
    with scopes.acting(imported):
        household = first_household()
    make_person(household, name="肖小福", relation="03", id_no=rows[4][column(rows, "证件号码")], id_type="1")
    assert importing(rows)[0] == "added 0 changed 1 unchanged 39 refused 0"
    with scopes.acting(imported):
        person = Person.objects.get(name="肖小福")
        assert person.national_no == FIRST + "03"
        assert Person.objects.filter(household=household).count() == 3


def test_a_member_whom_the_file_leaves_out_stays_and_is_reported(imported, rows, importing):
    del rows[3]
    line, said = importing(rows)
    assert line == UNCHANGED
    assert any("在册成员“董贵娜”不在文件中，未作更改" in text for text in said)


def test_who_has_left_the_register_does_not_come_back_by_a_file(imported, rows, importing):
    with scopes.acting(system_account()):
        Person.objects.filter(name="董贵娜").update(is_active=False)
    put(rows, 4, "姓名", "董桂娜")
    line, said = importing(rows)
    assert line == UNCHANGED
    assert any("“董桂娜”已不在册，未作更改" in text for text in said)


def test_a_second_head_is_refused_also_when_the_first_is_only_in_the_register(imported, rows, importing, tmp_path):
    new_member(rows, 与户主关系="户主")
    del rows[2]
    assert importing(rows)[0] == "added 0 changed 0 unchanged 39 refused 1"
    assert "与户主关系：户内有多个户主（HH-02）。" in reasons(tmp_path)


def test_a_new_head_may_take_over(imported, rows, importing):
    put(rows, 3, "与户主关系", "配偶")
    put(rows, 4, "与户主关系", "户主")
    assert importing(rows)[0] == "added 0 changed 1 unchanged 39 refused 0"


# --- what is elsewhere -----------------------------------------------------------------------------------------------


def test_a_number_registered_elsewhere_is_refused_without_saying_where(
    officer, rows, importing, tmp_path, django_capture_on_commit_callbacks
):
    number = rows[2][column(rows, "证件号码")]
    make_person(make_household(NEIGHBOUR), id_no=number)
    with django_capture_on_commit_callbacks(execute=True):
        line, said = importing(rows)
    assert line == "added 39 changed 0 unchanged 0 refused 1"
    text = "\n".join([*said, *reasons(tmp_path)])
    assert "证件号码：不能登记，请联系上级核实（ID-03）。" in text
    assert str(NEIGHBOUR) not in text
    with scopes.acting(system_account()):
        conflict = RegistrationConflict.objects.get()
        assert (conflict.registered_division, conflict.refused_division) == (NEIGHBOUR, VILLAGES[3])
        assert conflict.division_id == 150422000000
    with scopes.acting(officer):
        assert not RegistrationConflict.objects.exists()


def test_a_dry_run_notes_no_conflict(officer, rows, importing, django_capture_on_commit_callbacks):
    make_person(make_household(NEIGHBOUR), id_no=rows[2][column(rows, "证件号码")])
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert importing(rows, "--dry-run")[0] == "added 39 changed 0 unchanged 0 refused 1"
    assert not callbacks


def test_a_number_of_somebody_who_has_left_may_be_registered_again(officer, rows, importing):
    person = make_person(make_household(NEIGHBOUR), id_no=rows[2][column(rows, "证件号码")])
    with scopes.acting(system_account()):
        Person.objects.filter(pk=person.pk).update(is_active=False)
    assert importing(rows)[0] == "added 40 changed 0 unchanged 0 refused 0"


def test_a_household_stays_in_its_village(imported, rows, importing, tmp_path):
    put_household(rows, 3, "嘎查(村)", "福山地村委会")
    assert importing(rows)[0] == "added 0 changed 0 unchanged 39 refused 1"
    assert "户编号：这一户登记在兴隆地村，与文件不同；迁移请通过工作流程办理。" in reasons(tmp_path)


def test_a_household_number_used_out_of_sight_is_refused_neutrally(officer, rows, importing, tmp_path):
    make_household(NEIGHBOUR, national_no=FIRST)
    assert importing(rows)[0] == "added 39 changed 0 unchanged 0 refused 1"
    assert "户编号：不能使用，请联系上级核实。" in reasons(tmp_path)


def test_a_person_number_of_another_household_is_refused(imported, rows, importing, tmp_path):
    with scopes.acting(imported):
        other = Person.objects.exclude(household__national_no=FIRST).first().national_no
    new_member(rows, 人编号=other)
    for number, row in enumerate(rows[2:], start=3):
        if number != 5 and row[column(rows, "人编号")] == other:
            row[column(rows, "人编号")] = other + "9"
    line, _said = importing(rows)
    assert line.endswith("refused 2")
    assert any("人编号：不能使用，请联系上级核实。" in reason for reason in reasons(tmp_path))


def test_codes_are_never_issued_twice(imported, rows, importing):
    with scopes.acting(imported):
        before = set(Household.objects.values_list("code", flat=True))
    number, person, identity = (column(rows, name) for name in ("户编号", "人编号", "证件号码"))
    for at, row in enumerate(rows[2:]):
        row[number], row[person] = "9" + row[number][1:], "9" + row[person][1:]
        first = f"159930{row[identity][6:14]}{at:02d}{row[identity][16]}"
        row[identity] = first + citizen_check_char(first)
    assert importing(rows)[0] == "added 40 changed 0 unchanged 0 refused 0"
    with scopes.acting(imported):
        codes = set(Household.objects.values_list("code", flat=True))
    assert len(codes) == 80
    assert before < codes
    assert sorted(code[12:16] for code in codes) == [f"{serial:04d}" for serial in range(1, 81)]


def test_an_import_checks_what_it_wrote(officer, capsys, settings):
    settings.REFERENCE_DATE = datetime.date(2018, 12, 31)
    findings = apps.get_model("crosschecks", "Finding")
    run(capsys, DATA / "township_dirty.xlsx", "officer")
    with scopes.acting(officer):
        rules = set(findings.objects.values_list("rule", flat=True))
    assert {"ID-04", "HH-05", "HH-01", "IN-01", "IN-04"} <= rules
