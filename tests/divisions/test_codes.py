"""Arithmetic of division codes, over every code of the project's list and over numbers that are no codes."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.divisions import codes
from apps.divisions.reference import DATA


def listed() -> list[dict[str, str]]:
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = listed()
CODES = [int(row["code"]) for row in ROWS]

REGION = 150000000000
LEAGUE = 150400000000
COUNTY = 150422000000
TOWNSHIP = 150422100000
VILLAGE = 150422100200


def test_list_is_whole():
    by_level = [sum(1 for row in ROWS if row["level"] == str(level)) for level in codes.LEVELS]
    assert by_level == [1, 12, 108, 1225, 14592]
    assert len(set(CODES)) == 15938


def test_level_of_every_code():
    assert [codes.level(code) for code in CODES] == [int(row["level"]) for row in ROWS]


def test_parent_of_every_code():
    parents = [int(row["parent_code"]) if row["parent_code"] else None for row in ROWS]
    assert [codes.parent(code) for code in CODES] == parents


def test_ancestors_of_every_code_are_the_parents_up_to_the_region():
    parents = dict(zip(CODES, (codes.parent(code) for code in CODES), strict=True))
    for code in CODES:
        chain = []
        upper = parents[code]
        while upper is not None:
            chain.insert(0, upper)
            upper = parents[upper]
        assert codes.ancestors(code) == chain


def test_text_and_parse_of_every_code():
    for row, code in zip(ROWS, CODES, strict=True):
        assert codes.text(code) == row["code"]
        assert codes.parse(row["code"]) == code


def test_ranges_nest():
    for code in CODES:
        low, high = codes.subtree(code)
        assert low == code <= high
        if (parent := codes.parent(code)) is not None:
            outer_low, outer_high = codes.subtree(parent)
            assert outer_low < low <= high <= outer_high


def test_siblings_do_not_overlap_and_do_not_hold_their_parent():
    children: dict[int | None, list[int]] = {}
    for code in CODES:
        children.setdefault(codes.parent(code), []).append(code)
    for parent, siblings in children.items():
        end = parent if parent is not None else 0
        for sibling in sorted(siblings):
            low, high = codes.subtree(sibling)
            assert low > end
            end = high


def test_subtree_holds_exactly_what_descends():
    for unit in (REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE, 150172000000, 152971000000):
        by_range = {code for code in CODES if codes.contains(unit, code)}
        by_parents = {code for code in CODES if code == unit or unit in codes.ancestors(code)}
        assert by_range == by_parents


def test_unit_at_each_level():
    chain = [REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE]
    assert [codes.at(VILLAGE, level) for level in codes.LEVELS] == chain
    for code in CODES:
        assert [codes.at(code, level) for level in range(1, codes.level(code))] == codes.ancestors(code)
        assert codes.at(code, codes.level(code)) == code


@pytest.mark.parametrize("wanted", [5, 6, 0, -1])
def test_no_unit_below_or_beyond_the_levels(wanted):
    with pytest.raises(ValueError, match="no unit of level"):
        codes.at(TOWNSHIP, wanted)


def test_trailing_zeros_do_not_tell_the_level():
    assert codes.level(VILLAGE) == codes.VILLAGE
    assert codes.subtree(VILLAGE) == (VILLAGE, VILLAGE)
    assert codes.level(150420000000) == codes.COUNTY
    assert codes.level(151000000000) == codes.LEAGUE
    assert codes.level(150422010000) == codes.TOWNSHIP
    assert codes.subtree(TOWNSHIP) == (150422100000, 150422100999)
    assert codes.subtree(COUNTY) == (150422000000, 150422999999)
    assert codes.subtree(LEAGUE) == (150400000000, 150499999999)
    assert codes.subtree(REGION) == (150000000000, 159999999999)


@pytest.mark.parametrize(
    "number",
    [
        150422000001,  # a village in no township
        150400100000,  # a township in no county
        150400100200,  # a village of that township
        150022000000,  # a county in no league
        150022100000,
        150022100200,
        150000000001,
        150000001000,
        0,
        -150000000000,
        99999999999,
        1000000000000,
        15,
        150422,
    ],
)
@pytest.mark.parametrize(
    "function",
    [codes.level, codes.parent, codes.ancestors, codes.subtree, codes.text, lambda number: codes.at(number, 1)],
)
def test_numbers_that_are_no_codes(function, number):
    with pytest.raises(ValueError, match=r"code|without"):
        function(number)


def test_contains_refuses_numbers_that_are_no_codes():
    for pair in ((150422000001, VILLAGE), (COUNTY, 150422000001)):
        with pytest.raises(ValueError, match="without township"):
            codes.contains(*pair)


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        (COUNTY, COUNTY, True),
        (COUNTY, VILLAGE, True),
        (VILLAGE, COUNTY, False),
        (COUNTY, 150423000000, False),
        (COUNTY, 150421999999, False),
        (TOWNSHIP, 150422101200, False),
        (REGION, 110000000000, False),
    ],
)
def test_contains(outer, inner, expected):
    assert codes.contains(outer, inner) is expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "150422",
        "15042210020",
        "1504221002000",
        "150422 100200",
        "150422100200.0",
        "+50422100200",
        "15042210020x",
        "１５０４２２１００２００",
        "150422000001",
        "050422100200",
        "000000000000",
    ],
)
def test_texts_that_are_no_codes(written):
    with pytest.raises(ValueError, match=r"code|without"):
        codes.parse(written)


def test_parse_takes_surrounding_blanks():
    assert codes.parse(" 150422100200\n") == VILLAGE


part = st.integers(min_value=1, max_value=99)
long_part = st.integers(min_value=1, max_value=999)


@given(st.integers(10, 99), part, part, long_part, long_part, st.sampled_from(codes.LEVELS))
def test_any_code_built_from_groups(region, league, county, township, village, level):
    groups = [f"{region:02}", f"{league:02}", f"{county:02}", f"{township:03}", f"{village:03}"]
    kept = [group if place < level else "0" * len(group) for place, group in enumerate(groups)]
    code = codes.parse("".join(kept))
    assert codes.level(code) == level
    assert codes.subtree(code)[1] - code + 1 == 10 ** (12 - codes.DIGITS[level])
    assert len(codes.ancestors(code)) == level - 1
    assert all(codes.contains(upper, code) for upper in codes.ancestors(code))


@given(st.integers(0, 10**12))
def test_any_number_is_a_code_of_one_level_or_refused(number):
    try:
        level = codes.level(number)
    except ValueError:
        return
    low, high = codes.subtree(number)
    assert low == number
    assert high - low + 1 == codes.SPAN[level]
    assert codes.text(number)[codes.DIGITS[level] :].strip("0") == ""
