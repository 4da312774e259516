"""What a file may look like, and what is refused row by row."""

from __future__ import annotations

import random

import pytest
import xlwt

from apps.access import scope as scopes
from apps.common.numbers import citizen_check_char
from apps.households.models import Household, Person, PersonYear
from tests.factories.accounts import make_user
from tests.factories.divisions import plant
from tests.households.import_tools import (
    DATA,
    NEIGHBOUR,
    TOWNSHIP,
    VILLAGES,
    Rows,
    column,
    csv_text,
    put,
    put_household,
    report_rows,
    run,
    sample,
    xlsx,
)

pytestmark = pytest.mark.django_db
ALL = "added 40 changed 0 unchanged 0 refused 0"
ONE_REFUSED = "added 39 changed 0 unchanged 0 refused 1"


@pytest.fixture
def officer(db):
    plant(*VILLAGES, NEIGHBOUR)
    return make_user("officer", "township_officer", TOWNSHIP)


@pytest.fixture
def rows() -> Rows:
    return sample()


@pytest.fixture
def importing(officer, capsys, tmp_path):
    """Import rows; the last line, and for each refused row of the report its reason by household."""

    def run_it(rows: Rows, *options: str) -> tuple[str, dict[str, str]]:
        report = tmp_path / "report.xlsx"
        _status, lines = run(
            capsys, xlsx(rows, tmp_path / "file.xlsx"), officer.username, "--report", str(report), *options
        )
        if not report.exists():
            return lines[-1], {}
        found = report_rows(report)
        reasons = {}
        for row in found[2:]:
            reasons.setdefault(row[column(found, "人编号")], row[-1])
        return lines[-1], reasons

    return run_it


def only(reasons: dict[str, str]) -> str:
    """The reason of the one row that is at fault itself."""
    (reason,) = [text for text in reasons.values() if not text.startswith("同户")]
    return reason


# --- files -----------------------------------------------------------------------------------------------------------


def test_columns_may_stand_in_any_order(importing, rows):
    order = list(range(len(rows[1])))
    random.Random(7).shuffle(order)
    shuffled = [rows[0], *([row[at] for at in order] for row in rows[1:])]
    assert importing(shuffled)[0] == ALL
    assert importing(rows)[0] == "added 0 changed 0 unchanged 40 refused 0"


def test_csv_in_gb18030_and_utf8_and_old_excel_say_the_same_as_xlsx(officer, rows, capsys, tmp_path):
    assert run(capsys, DATA / "village_clean.xlsx", "officer")[0] == 0
    text = csv_text(rows)
    (tmp_path / "gb.csv").write_bytes(text.encode("gb18030"))
    (tmp_path / "bom.csv").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "wrong-name.xlsx").write_bytes(text.encode())
    book = xlwt.Workbook()
    sheet = book.add_sheet("数据")
    for number, row in enumerate(rows):
        for at, value in enumerate(row):
            sheet.write(number, at, value)
    book.save(str(tmp_path / "old.xls"))
    for name in ("gb.csv", "bom.csv", "wrong-name.xlsx", "old.xls"):
        status, lines = run(capsys, tmp_path / name, "officer")
        assert (status, lines[-1]) == (0, "added 0 changed 0 unchanged 40 refused 0"), name


def test_headers_may_be_the_national_identifiers(importing, rows):
    for header, identifier in {
        "姓名": "aab002",
        "民族": "AAB007",
        "主要致贫原因": "aac007",
        "住房面积(平方米)": "aac317",
    }.items():
        rows[1][column(rows, header)] = identifier
    assert importing(rows)[0] == ALL


def test_causes_may_stand_in_two_columns(importing, officer, rows):
    at = column(rows, "其他致贫原因")
    rows[1][at] = "aac008_2"
    rows[1].append("aac008_3")
    for row in rows[2:]:
        row[at] = "因婚"
        row.append("因丧")
    assert importing(rows)[0] == ALL
    with scopes.acting(officer):
        assert {tuple(causes) for causes in Household.objects.values_list("cause_other", flat=True)} == {("12", "13")}


def test_unknown_columns_are_reported_and_left_out(officer, rows, capsys, tmp_path):
    rows[1].append("备用列")
    for row in rows[2:]:
        row.append("x")
    status, lines = run(capsys, xlsx(rows, tmp_path / "f.xlsx"), "officer")
    assert (status, lines[-1]) == (0, ALL)
    assert any("备用列" in line for line in lines)


@pytest.mark.parametrize("header", ["户编号", "证件号码", "嘎查(村)", "民族", "政治面貌"])
def test_a_missing_column_refuses_the_file(officer, rows, capsys, tmp_path, header):
    rows[1][column(rows, header)] = "别的"
    with pytest.raises(SystemExit) as end:
        run_raw(xlsx(rows, tmp_path / "f.xlsx"))
    said = capsys.readouterr()
    assert end.value.code == 2
    assert header in said.err
    assert said.out.splitlines()[-1] == "added 0 changed 0 unchanged 0 refused 0"


def run_raw(path, *options: str) -> None:
    from django.core.management import call_command

    call_command("import_register", str(path), "--as", "officer", *options)


def test_a_column_that_stands_twice_refuses_the_file(officer, rows, capsys, tmp_path):
    rows[1][column(rows, "自然村")] = "姓名"
    with pytest.raises(SystemExit) as end:
        run_raw(xlsx(rows, tmp_path / "f.xlsx"))
    assert (end.value.code, "重复的列" in capsys.readouterr().err) == (2, True)


def test_the_year_is_the_titles_else_the_options_else_the_file_is_refused(officer, rows, capsys, tmp_path):
    rows[0][0] = "建档立卡贫困人口基本信息"
    path = xlsx(rows, tmp_path / "f.xlsx")
    assert run(capsys, path, "officer")[0] == 2
    assert run(capsys, path, "officer", "--year", "2012")[0] == 2
    assert run(capsys, path, "officer", "--year", "2017")[0] == 0
    with scopes.acting(officer):
        assert set(PersonYear.objects.values_list("year", flat=True)) == {2017}
    rows[0][0] = "建档立卡贫困人口基本信息（2018年度）"
    status, lines = run(capsys, xlsx(rows, tmp_path / "g.xlsx"), "officer", "--year", "2017")
    assert (status, lines[-1]) == (0, "added 0 changed 40 unchanged 0 refused 0")
    assert any("2018" in line for line in lines)


def test_who_may_not_import_or_does_not_exist(officer, capsys):
    make_user("reader", "township_head", TOWNSHIP)
    assert run(capsys, DATA / "village_clean.xlsx", "reader")[0] == 2
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError) as caught:
        call_command("import_register", str(DATA / "village_clean.xlsx"), "--as", "nobody")
    assert caught.value.returncode == 2
    assert run(capsys, DATA / "no-such-file.xlsx", "officer")[0] == 2


# --- places ----------------------------------------------------------------------------------------------------------


def test_a_village_outside_the_scope_is_refused_whether_or_not_it_exists(importing, officer, rows):
    from apps.divisions.models import Division

    path = Division.path(NEIGHBOUR)
    for header, unit in zip(("苏木(乡镇)", "嘎查(村)"), path[-2:], strict=True):
        put_household(rows, 3, header, unit.name)
    line, reasons = importing(rows)
    assert line == ONE_REFUSED
    assert only(reasons) == "嘎查(村)：不在您的管理范围。"


def test_a_village_must_lie_under_its_township(importing, rows):
    put_household(rows, 3, "苏木(乡镇)", "没有的镇")
    put_household(rows, 5, "旗(县、市、区)", "")
    line, reasons = importing(rows)
    assert line == "added 38 changed 0 unchanged 0 refused 2"
    assert "苏木(乡镇)：“巴林左旗”下没有“没有的镇”。" in reasons.values()
    assert "旗(县、市、区)：必填项为空。" in reasons.values()


def test_upper_levels_may_be_empty(importing, rows):
    for row in rows[2:]:
        row[0] = row[1] = ""
    assert importing(rows)[0] == ALL


# --- households ------------------------------------------------------------------------------------------------------


def test_a_row_without_household_number_is_a_refused_household_of_its_own(importing, rows):
    put(rows, 4, "户编号", "")
    line, reasons = importing(rows)
    assert line == "added 40 changed 0 unchanged 0 refused 1"
    assert only(reasons) == "户编号：必填项为空。"


def test_one_bad_row_refuses_all_rows_of_its_household(importing, rows):
    put(rows, 4, "劳动技能", "")
    line, reasons = importing(rows)
    assert line == ONE_REFUSED
    assert sorted(reasons.values()) == ["劳动技能：必填项为空。", "同户第4行有误。"]


def test_rows_of_one_household_must_agree(importing, rows):
    put(rows, 4, "工资性收入", 1)
    line, reasons = importing(rows)
    assert (line, only(reasons)) == (ONE_REFUSED, "工资性收入：同一户各行的户信息不一致，与第3行不同。")


def test_rows_of_one_household_need_not_stand_together(importing, officer, rows):
    rows.append(rows.pop(3))
    assert importing(rows)[0] == ALL
    put(rows, len(rows), "住房面积(平方米)", 999)
    line, reasons = importing(rows)
    assert (line, "不一致" in only(reasons)) == ("added 0 changed 0 unchanged 39 refused 1", True)


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("住房面积(平方米)", "六十", "“六十”不是数字。"),
        ("住房面积(平方米)", "", "必填项为空。"),
        ("住房面积(平方米)", -1, "不能小于0。"),
        ("住房面积(平方米)", 100000, "数值过大。"),
        ("住房面积(平方米)", "1,20", "“1,20”不是数字。"),
        ("工资性收入", "-500", "不能小于0。"),
        ("工资性收入", 1e9, "数值过大。"),
        ("家庭人口数", 2.5, "应为整数。"),
        ("识别时间", "2014-02-30", "“2014-02-30”不是有效日期，应如2014-06-30。"),
        ("饮水是否安全", "也许", "“也许”应填“是”或“否”。"),
        ("脱贫属性", "贫穷", "“贫穷”不在代码表中。"),
        ("脱贫属性", "", "必填项为空。"),
        ("其他致贫原因", "因病", "其他致贫原因不能与主要致贫原因相同。"),
        ("其他致贫原因", "因学、因灾、缺水", "其他致贫原因最多选两项。"),
        ("其他致贫原因", "因学、因懒", "“因懒”不在代码表中。"),
        ("自然村", "长" * 51, "内容过长，最多50个字。"),
    ],
)
def test_wrong_cells_of_a_household(importing, rows, header, value, reason):
    put_household(rows, 3, "主要致贫原因", "因病")
    put_household(rows, 3, header, value)
    line, reasons = importing(rows)
    assert (line, only(reasons)) == (ONE_REFUSED, f"{header}：{reason}")


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("性别", "", "必填项为空。"),
        ("性别", "雄", "“雄”不在代码表中。"),
        ("人编号", "", "必填项为空。"),
        ("证件号码", "", "必填项为空。"),
        ("证件号码", 159924195703208136.0, "存成了数值，末几位已丢失，请以文本格式重新导出。"),
        ("证件号码", "15992419570320813", "为17位，应为18、20或22位（ID-01）。"),
        ("证件号码", "159924195703208130", "第18位校验码不符（ID-02）。"),
        ("证件号码", "15992419570320A136", "第18位校验码不符（ID-02）。"),
        ("健康状况", "健康、残疾", "“健康”不能与其他健康状况同时选择。"),
        ("政治面貌", "", "年满18周岁的必填。"),
        ("务工时间(月)", "半年", "“半年”不是数字。"),
    ],
)
def test_wrong_cells_of_a_person(importing, rows, header, value, reason):
    put(rows, 3, header, value)
    line, reasons = importing(rows)
    assert line == ONE_REFUSED
    assert f"{header}：{reason}" in reasons.values() or f"{header}：{reason}" == only(reasons)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("住房面积(平方米)", "1,200.50"),
        ("住房面积(平方米)", "１２０"),
        ("住房面积(平方米)", 0),
        ("识别时间", "2014年6月1日"),
        ("识别时间", "2014/6/1"),
        ("识别时间", "20140601"),
        ("识别时间", ""),
        ("饮水是否安全", "有"),
        ("危房级别", "C级"),
        ("脱贫属性", "已脱贫 (享受政策)"),
        ("其他致贫原因", "因学、因灾"),
        ("自然村", "=2+5"),
    ],
)
def test_ways_of_writing_that_are_understood(importing, rows, header, value):
    put_household(rows, 3, header, value)
    assert importing(rows)[0] == ALL
    # The same again is still the same.
    assert importing(rows)[0] == "added 0 changed 0 unchanged 40 refused 0"


def test_party_membership_is_asked_from_eighteen_on(importing, rows):
    for born, expected in (("20010101", ALL), ("20001231", ONE_REFUSED)):
        first = f"159924{born}813"
        put(rows, 3, "证件号码", first + citizen_check_char(first))
        put(rows, 3, "政治面貌", "")
        assert importing(rows, "--dry-run")[0] == expected


def test_a_person_may_wait_for_a_document(importing, officer, rows):
    put(rows, 3, "证件类型", "无证件（待公安核发）")
    put(rows, 3, "证件号码", "")
    assert importing(rows)[0] == ALL
    with scopes.acting(officer):
        person = Person.objects.get(national_no=rows[2][column(rows, "人编号")])
        assert (person.id_no, person.id_no_index, person.id_length, person.birth_date) == (None, None, None, None)


def test_numbers_that_stand_twice_refuse_the_later_household(importing, rows):
    same = rows[2][column(rows, "证件号码")]
    put(rows, 10, "证件号码", f" {same[:6]}-{same[6:]}’".lower())
    line, reasons = importing(rows, "--dry-run")
    assert (line, only(reasons)) == (ONE_REFUSED, "证件号码：与第3行重复（ID-03）。")
    put(rows, 10, "证件号码", sample()[9][column(rows, "证件号码")])
    put(rows, 10, "人编号", rows[2][column(rows, "人编号")])
    line, reasons = importing(rows, "--dry-run")
    assert (line, only(reasons)) == (ONE_REFUSED, "人编号：与第3行重复。")


def test_the_same_number_twice_within_a_household_refuses_it(importing, rows):
    put(rows, 4, "证件号码", rows[2][column(rows, "证件号码")])
    line, reasons = importing(rows)
    assert (line, only(reasons)) == (ONE_REFUSED, "证件号码：与第3行重复（ID-03）。")


def test_text_that_looks_like_a_formula_is_text(importing, officer, rows, tmp_path):
    put(rows, 3, "姓名", "=HYPERLINK(1)")
    put_household(rows, 3, "自然村", "@SUM(A1)")
    put_household(rows, 5, "自然村", "+1")
    put_household(rows, 5, "民族", "=汗族")
    line, _reasons = importing(rows)
    assert line == ONE_REFUSED
    with scopes.acting(officer):
        person = Person.objects.get(national_no=rows[2][column(rows, "人编号")])
        assert (person.name, person.household.natural_village) == ("=HYPERLINK(1)", "@SUM(A1)")
    report = report_rows(tmp_path / "report.xlsx")
    texts = [str(cell) for row in report for cell in row]
    assert "'=汗族" in texts
    assert not any(text.startswith(("=", "+", "@")) for text in texts)


def test_an_error_workbook_can_be_corrected_and_imported(importing, officer, rows, capsys, tmp_path):
    put(rows, 3, "民族", "汗族")
    put_household(rows, 3, "自然村", "=甲")
    assert importing(rows)[0] == ONE_REFUSED
    report = report_rows(tmp_path / "report.xlsx")
    report[2][column(report, "民族")] = "汉"
    status, lines = run(capsys, xlsx(report, tmp_path / "again.xlsx"), "officer")
    assert (status, lines[-1]) == (0, "added 1 changed 0 unchanged 0 refused 0")
    with scopes.acting(officer):
        assert Household.objects.get(natural_village="=甲").persons.count() == 2
