"""How values look on a page, in JSON and in a workbook."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from apps.common.sealing import Sealed
from apps.divisions.choices import Level
from apps.divisions.models import Division
from apps.pages import amounts
from apps.pages.columns import Column, Reader
from apps.pages.kinds import (
    BOOL,
    DATE,
    IDENTIFIER,
    MOMENT,
    MONEY,
    NUMBER,
    PERCENT,
    PLACE,
    SEALED,
    TEXT,
    YEAR,
    Choice,
    Code,
    Number,
    State,
)

MORNING = datetime.datetime(2018, 12, 31, 1, 2, 3, tzinfo=datetime.UTC)
STATUS = State("poverty_status", colours={"20": "yellow"})


@pytest.mark.parametrize(
    ("kind", "value", "html", "json", "cell"),
    [
        (TEXT, "王建国", "王建国", "王建国", "王建国"),
        (TEXT, '<b onclick="x">', "&lt;b onclick=&quot;x&quot;&gt;", '<b onclick="x">', '<b onclick="x">'),
        (IDENTIFIER, "15042210020000018", "15042210020000018", "15042210020000018", "15042210020000018"),
        (NUMBER, 1234567, "1,234,567", 1234567, 1234567),
        (NUMBER, 0, "0", 0, 0),
        (YEAR, 2018, "2018", 2018, 2018),
        (Number(2), Decimal("12.5"), "12.50", "12.5", Decimal("12.5")),
        (MONEY, Decimal("1234.5"), "1,234.50", "1234.50", Decimal("1234.5")),
        (MONEY, Decimal("-0.1"), "-0.10", "-0.10", Decimal("-0.1")),
        (PERCENT, Decimal("0.1234"), "12.3%", "0.1234", Decimal("0.1234")),
        (DATE, datetime.date(2018, 12, 31), "2018-12-31", datetime.date(2018, 12, 31), datetime.date(2018, 12, 31)),
        (
            MOMENT,
            MORNING,
            '<time datetime="2018-12-31T09:02:03+08:00">2018-12-31 09:02</time>',
            "2018-12-31T09:02:03+08:00",
            datetime.datetime(2018, 12, 31, 9, 2, 3),
        ),
        (BOOL, True, "是", True, "是"),
        (BOOL, False, "否", False, "否"),
        (Code("poverty_cause"), "01", "因病", "01", "因病"),
        (Code("health"), ["02", "04"], "长期慢性病、残疾", ["02", "04"], "长期慢性病、残疾"),
        (Code("sex"), "7", "7", "7", "7"),
        (Choice(Level), 3, "旗县市区", 3, "旗县市区"),
        (STATUS, "20", '<span class="light light-yellow">未脱贫</span>', "20", "未脱贫"),
        (STATUS, "70", '<span class="light light-grey">自然销户</span>', "70", "自然销户"),
    ],
)
def test_a_value_in_its_three_forms(kind, value, html, json, cell):
    assert (kind.html(value), kind.json(value), kind.cell(value)) == (html, json, cell)


@pytest.mark.parametrize("kind", [TEXT, NUMBER, MONEY, DATE, MOMENT, BOOL, SEALED, STATUS, Code("sex"), PLACE])
def test_no_value_is_a_dash_null_and_an_empty_cell(kind):
    assert (kind.html(None), kind.json(None), kind.cell(None)) == ('<span class="empty-value">—</span>', None, None)


def test_a_sealed_number_shows_its_mask_everywhere():
    number = Sealed.of("citizen", "159900196203150015")
    mask = "1599**********0015"
    assert (SEALED.html(number), SEALED.json(number), SEALED.cell(number)) == (mask, mask, mask)


def test_codes_follow_the_language_of_the_reader():
    with translation.override("en"):
        assert Code("sex").html("1") == "male"


@pytest.mark.django_db
def test_places_are_named_with_one_query_for_all(places, django_assert_num_queries):
    codes = [150422100200, 150422101200, 150400000000, 150000000000]
    with django_assert_num_queries(1):
        kind = PLACE.bind([*codes, None])
        assert [str(kind.html(code)) for code in codes] == [
            '<span title="赤峰市 巴林左旗 林东镇 索布力嘎村">林东镇 索布力嘎村</span>',
            '<span title="赤峰市 巴林左旗 隆昌镇 隆昌村">隆昌镇 隆昌村</span>',
            '<span title="赤峰市">赤峰市</span>',
            '<span title="内蒙古">内蒙古</span>',
        ]
        assert kind.json(150422100200) == "150422100200"
        assert kind.cell(150422100200) == "赤峰市 巴林左旗 林东镇 索布力嘎村"
    with django_assert_num_queries(0):
        PLACE.bind([None])


def test_a_reader_fetches_each_path_once_and_finds_it_again():
    columns = (
        Column("name", "姓名", link="person", link_source="pk"),
        Column("household", "户", source="household__code"),
        Column("alias", "又名", source="name"),
    )
    reader = Reader(columns, model=Division, user=None)  # tells nothing of persons
    assert reader.paths == ["name", "pk", "household__code"]
    assert reader.json([("王", 5, "H1")]) == [{"name": "王", "household": "H1", "alias": "王"}]
    assert list(reader.cells([("王", 5, "H1")])) == [["王", "H1", "王"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00 元"),
        (Decimal("9999.99"), "9,999.99 元"),
        (10_000, "1.00 万元"),
        (Decimal("1234567"), "123.46 万元"),
        (-25_000, "-2.50 万元"),
        (100_000_000, "1.00 亿元"),
        (4_450_000_000, "44.50 亿元"),
    ],
)
def test_amounts_of_summaries(value, text):
    assert amounts.text(value) == text


def test_an_amount_keeps_its_exact_value_on_hover():
    assert amounts.html(Decimal("1234567.8")) == '<span title="1,234,567.80 元">123.46 万元</span>'
    assert amounts.html(None) == "—"
