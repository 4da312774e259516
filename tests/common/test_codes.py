"""Code lists: labels in both languages, codes from labels as workbooks write them, several labels in one cell."""

import csv
import re

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.common import codes
from apps.common.codes import codelist, yes_no

LISTS = {
    "sex": 4, "ethnicity": 58, "relation": 28, "id_type": 3, "political": 5, "education": 6, "school_stage": 25,
    "dropout_reason": 5, "health": 4, "labour": 5, "work_region": 5, "household_type": 3,
    "identification_standard": 3, "poverty_status": 8, "poverty_cause": 14, "five_path": 5, "road_type": 4,
    "fuel_type": 5, "dwelling_grade": 5, "relocation_mode": 3, "resettlement_mode": 2, "resettlement_type": 7,
    "natural_change": 17, "disability_type": 7, "disability_grade": 4, "not_exit_reason": 10, "asset_class": 3,
    "fund_level": 4, "division_level": 5,
}  # fmt: skip


def test_lists_and_their_sizes() -> None:
    sizes = {name: len(codelist(name)) for name in codes.names()}
    assert sizes.items() >= LISTS.items()


def test_unknown_list() -> None:
    with pytest.raises(KeyError):
        codelist("colour")


def test_every_row_is_complete() -> None:
    with codes.DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(codelist(name)) for name in codes.names())
    for row in rows:
        assert all(row[column] for column in ("list", "code", "name_zh", "name_en", "source", "version")), row
        assert re.search(r"[\u4e00-\u9fff]", row["name_zh"])
        assert not re.search(r"[\u4e00-\u9fff]", row["name_en"])
        assert re.fullmatch(r"\d{4}\.\d+", row["version"])


@pytest.mark.parametrize("name", codes.names())
def test_every_label_and_synonym_leads_to_its_code(name: str) -> None:
    values = codelist(name)
    for value in values:
        for text in (value.name_zh, *value.synonyms):
            assert values.code_for(text) == value.code, text


def test_codes_choices_and_labels() -> None:
    sex = codelist("sex")
    assert sex.codes == ("0", "1", "2", "9")
    assert sex.choices == [("0", "未知的性别"), ("1", "男"), ("2", "女"), ("9", "未说明的性别")]
    assert sex.labels["1"] == "男"
    assert "1" in sex
    assert "3" not in sex
    assert sex.max_length == 1
    assert codelist("natural_change").max_length == 3
    assert sex.label("7") == "7"
    assert sex.label(None) == ""


def test_labels_follow_the_language_when_shown() -> None:
    label = codelist("relation").labels["02"]
    assert str(label) == "配偶"
    with translation.override("en"):
        assert str(label) == "spouse"
        assert codelist("ethnicity").label("02") == "Mongol"
        assert f"{codelist('dwelling_grade').labels['A']}" == "safe"
    with translation.override("mn"):
        assert str(label) == "配偶"
    with translation.override(None):
        assert str(label) == "配偶"


def test_values_of_the_national_standards() -> None:
    assert codelist("ethnicity")["02"].external == "GB/T 3304-1991 MG"
    assert codelist("relation")["14"].external == "GB/T 4761-2008 56"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        # As the national system exports them.
        ("sex", "男", "1"),
        ("id_type", "居民身份证/户口簿公民身份号码", "1"),
        ("id_type", "居民身份证", "1"),
        ("id_type", "残疾人证", "2"),
        ("relation", "户主", "01"),
        ("relation", "其他", "99"),
        ("ethnicity", "汉族", "01"),
        ("ethnicity", "蒙古族", "02"),
        ("political", "群众", "13"),
        ("education", "文盲或半文盲", "01"),
        ("school_stage", "普通高中三年级", "09"),
        ("health", "长期慢性病", "02"),
        ("labour", "弱劳动力或半劳动力", "03"),
        ("work_region", "乡（镇）外县内务工", "02"),
        ("poverty_status", "已脱贫（享受政策）", "40"),
        ("household_type", "低保贫困户", "02"),
        ("identification_standard", "国家标准", "1"),
        ("poverty_cause", "缺劳力", "08"),
        ("dwelling_grade", "B级（基本安全）", "B"),
        # As people write them.
        ("ethnicity", "汉", "01"),
        ("ethnicity", "达斡尔", "31"),
        ("ethnicity", " 蒙 古\u3000族\u200b", "02"),
        ("ethnicity", "土", "30"),
        ("ethnicity", "土家", "15"),
        ("work_region", "乡(镇)外县内务工", "02"),
        ("work_region", "乡镇外县内务工", "02"),
        ("poverty_status", "已脱贫(不享受政策)", "41"),
        ("poverty_status", "清退", "60"),
        ("dwelling_grade", "Ｂ级", "B"),
        ("dwelling_grade", "c", "C"),
        ("education", "大专及以上", "05"),
        ("political", "其他", "99"),
        ("natural_change", "婚入", "A02"),
        ("household_type", "特困供养(五保)贫困户", "03"),
        ("household_type", "五保户", "03"),
        # What is not in the list.
        ("ethnicity", "汗族", None),
        ("ethnicity", "族", None),
        ("ethnicity", "01", None),
        ("poverty_status", "已脱贫", None),
        ("education", "学龄前儿童", None),
        ("dwelling_grade", "无", None),
        ("labour", "无", None),
        ("sex", "", None),
        ("sex", "  ", None),
        ("sex", None, None),
        ("sex", "（）", None),
    ],
)
def test_code_for(name: str, text: str | None, code: str | None) -> None:
    assert codelist(name).code_for(text) == code


@given(st.sampled_from(sorted(LISTS)), st.text(max_size=12))
def test_any_text_gives_a_code_of_the_list_or_nothing(name: str, text: str) -> None:
    found = codelist(name).code_for(text)
    assert found is None or found in codelist(name)


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("健康", ("01",), ()),
        ("患有大病、残疾", ("03", "04"), ()),
        ("残疾,长期慢性病", ("02", "04"), ()),
        ("残疾；长期慢性病，残疾", ("02", "04"), ()),
        ("长期慢性病 残疾", ("02", "04"), ()),
        ("患有大病|好", ("03",), ("好",)),
        ("好", (), ("好",)),
        ("、", (), ()),
        ("", (), ()),
        (None, (), ()),
    ],
)
def test_several_labels_in_one_cell(text: str | None, known: tuple, unknown: tuple) -> None:
    assert codelist("health").codes_for(text) == (known, unknown)


def test_a_label_with_a_separator_in_it_is_one_label() -> None:
    assert codelist("id_type").codes_for("居民身份证/户口簿公民身份号码") == (("1",), ())


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("是", True), ("否", False), (" 是 ", True), ("有", True), ("无", False), ("y", True), ("ＮＯ", False),
        (1.0, True), (0, False), (True, True), (False, False), ("√", True), ("×", False),
        ("", None), (None, None), ("不详", None), ("2", None),
    ],
)  # fmt: skip
def test_yes_no(text: object, meaning: bool | None) -> None:
    assert yes_no(text) is meaning
