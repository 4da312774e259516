"""Numbers, names and codes: known values, boundaries, and properties that hold for every number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.common import numbers

digits17 = st.from_regex(r"[0-9]{17}", fullmatch=True)


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014", "159900196203150015", "159900200809010024"]
)
def test_known_citizen_numbers_check(number: str) -> None:
    assert numbers.citizen_check_char(number[:17]) == number[17]
    assert numbers.id_facts(number).check_ok is True


def test_a_wrong_check_character_is_told() -> None:
    facts = numbers.id_facts("110105194912310021")
    assert facts == numbers.IdFacts(
        length=18, check_ok=False, sex="2", birth_date=date(1949, 12, 31), birth_ok=True, division_known=None
    )


@pytest.mark.parametrize("text", ["1234567890123456", "1234567890123456X", "", "１１０１０５１９４９１２３１００２"])
def test_check_character_needs_17_digits(text: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        numbers.citizen_check_char(text)


@given(digits17, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(body: str, place: int, shift: int) -> None:
    check = numbers.citizen_check_char(body)
    other = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    assert numbers.citizen_check_char(other) != check


@given(digits17, st.integers(0, 15))
def test_two_swapped_digits_never_pass(body: str, place: int) -> None:
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    same = swapped == body
    assert (numbers.citizen_check_char(swapped) == numbers.citizen_check_char(body)) is same


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        (" 110105 19491231\u3000002X\t", "11010519491231002X"),
        ("'110105-19491231—002X", "11010519491231002X"),
        ("‘110105’1949`1231´002X\u200b", "11010519491231002X"),
        ("110105\ufeff19491231\u2010002\u2212X", "11010519491231002X"),
        ("0471－123 4567", "04711234567"),
        ("", ""),
        (None, ""),
        ("---", ""),
    ],
)
def test_normal_form(typed: str | None, stored: str) -> None:
    assert numbers.normalise_number(typed) == stored


@given(st.text())
def test_normal_form_is_stable(text: str) -> None:
    once = numbers.normalise_number(text)
    assert numbers.normalise_number(once) == once


@pytest.mark.parametrize(
    ("number", "facts"),
    [
        ("", numbers.IdFacts()),
        (None, numbers.IdFacts()),
        ("15990019620315001", numbers.IdFacts(length=17)),
        ("110105491231002", numbers.IdFacts(length=15)),
        ("1599001962031500154", numbers.IdFacts(length=19)),
        ("159900196203150015431", numbers.IdFacts(length=21)),
        ("159900196203150015B1234", numbers.IdFacts(length=23)),
        ("15990019620315001543", numbers.IdFacts(20, True, "1", date(1962, 3, 15), True)),
        ("15990019620315001543B1", numbers.IdFacts(22, True, "1", date(1962, 3, 15), True)),
        ("159900200809010024", numbers.IdFacts(18, True, "2", date(2008, 9, 1), True)),
        # A letter in the place of a digit: no check, no sex, yet the date can be read.
        ("15990O196203150015", numbers.IdFacts(18, False, None, date(1962, 3, 15), True)),
        ("1599001962O3150015", numbers.IdFacts(18, False, None, None, False)),
        # 17 digits and a letter other than X: not a key.
        ("15990019620315001A", numbers.IdFacts(18, False, None, date(1962, 3, 15), True)),
        ("159900196202290016", numbers.IdFacts(18, True, "1", None, False)),
        ("159900000001010017", numbers.IdFacts(18, True, "1", None, False)),
    ],
)
def test_facts(number: str | None, facts: numbers.IdFacts) -> None:
    assert numbers.id_facts(number) == facts


def test_leap_day_is_a_date_only_in_a_leap_year() -> None:
    assert numbers.id_facts("1599002000022900" + "1X").birth_date == date(2000, 2, 29)
    assert numbers.id_facts("159900190002290" + "01X").birth_ok is False


def test_division_is_known_only_by_a_history_of_codes() -> None:
    known = numbers.division_test({"150422", "152127"})
    assert known is not None
    assert numbers.id_facts("150422196203150015", known).division_known is True
    assert numbers.id_facts("152127196203150015", known).division_known is True
    assert numbers.id_facts("159900196203150015", known).division_known is False
    demo = numbers.division_test({"150422"}, demo=True)
    assert demo is not None
    assert demo("159900")
    assert not demo("150423")
    assert numbers.division_test(None, demo=True) is None
    assert numbers.id_facts("159900196203150015", numbers.division_test(None, demo=True)).division_known is None


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("159900196203150015", "159900196203150015"),
        ("159900196203150019", "159900196203150019"),
        ("15990019620315001x", "15990019620315001X"),
        ("15990019620315001543B1", "159900196203150015"),
        ("15990019620315001", None),
        ("15990019620315001A", None),
        ("110105491231002", None),
        ("", None),
        (None, None),
    ],
)
def test_key_of_a_person(number: str | None, key: str | None) -> None:
    assert numbers.citizen_key(number) == key


def test_an_old_number_of_another_department_is_lengthened() -> None:
    assert numbers.citizen_key("110105491231002", upgrade_15=True) == "11010519491231002X"
    assert numbers.citizen_key("11010549123100A", upgrade_15=True) is None
    assert numbers.citizen_key("11010549123100", upgrade_15=True) is None


@pytest.mark.parametrize(
    ("certificate", "ok"),
    [
        ("15990019620315001511", True),
        ("15990019620315001574", True),
        ("15990019620315001542B1", True),
        ("15990019620315001542b9", True),
        ("15990019620315001501", False),
        ("15990019620315001581", False),
        ("15990019620315001510", False),
        ("15990019620315001515", False),
        ("15990019620315001542B0", False),
        ("15990019620315001542C1", False),
        ("15990019620315001542B", False),
        ("1599001962031500154", False),
        ("159900196203150015", False),
        ("15990020080901002442", False),
        ("15990019620315001542B12", False),
        ("", None),
        (None, None),
    ],
)
def test_disability_certificate(certificate: str | None, ok: bool | None) -> None:
    assert numbers.disability_no_ok(certificate, "159900196203150015") is ok


def test_a_certificate_without_a_key_to_compare_says_nothing() -> None:
    assert numbers.disability_no_ok("15990019620315001542", "15990019620315001") is None


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("13812341234", True),
        ("138-1234 1234", True),
        ("１３８１２３４１２３４", True),
        ("0471123456", True),
        ("047112345678", True),
        ("0471-1234567", True),
        ("1381234123", False),
        ("138123412345", False),
        ("047112345", False),
        ("0471123456789", False),
        ("23812341234", False),
        ("1381234123a", False),
        ("", False),
        (None, False),
    ],
)
def test_phone(text: str | None, ok: bool) -> None:
    assert numbers.phone_ok(text) is ok


@pytest.mark.parametrize(
    ("typed", "stored", "key"),
    [
        (" 宋 霞财\u3000", "宋霞财", "宋霞财"),
        ("阿拉坦•巴根", "阿拉坦·巴根", "阿拉坦巴根"),
        ("阿拉坦.巴根", "阿拉坦·巴根", "阿拉坦巴根"),
        ("阿拉坦・巴根", "阿拉坦·巴根", "阿拉坦巴根"),
        ("阿拉坦．巴\u200b根", "阿拉坦·巴根", "阿拉坦巴根"),
        ("張三", "張三", "張三"),
        ("Ａ", "Ａ", "A"),
        (None, "", ""),
    ],
)
def test_names(typed: str | None, stored: str, key: str) -> None:
    assert numbers.normalise_name(typed) == stored
    assert numbers.name_key(typed) == key


@pytest.mark.parametrize(
    ("name", "ok"),
    [
        ("宋霞", True),
        ("宋", False),
        ("阿拉坦·巴根", True),
        ("阿拉坦··巴根", False),
        ("·巴根", False),
        ("巴根·", False),
        ("㐀䶿", True),
        ("\U00020000\U0003134f", True),
        ("\uf900李", True),
        ("〇三", True),
        ("张三A", False),
        ("张三1", False),
        ("张 三", False),
        ("阿拉坦•巴根", False),
        ("张" * 50, True),
        ("张" * 51, False),
        ("", False),
        (None, False),
    ],
)
def test_name_rule(name: str | None, ok: bool) -> None:
    assert numbers.name_ok(name) is ok


@pytest.mark.parametrize("number", ["07945", "86095742719", "47036892816"])
def test_mod_11_10_known_values(number: str) -> None:
    assert numbers._check_digit(number[:-1]) == number[-1]


def test_own_codes() -> None:
    household = numbers.household_code(150422100200, 1)
    person = numbers.person_code(household, 2)
    helper = numbers.helper_code(150422, 1)
    assert household == "15042210020000018"
    assert (len(household), len(person), len(helper)) == (17, 20, 13)
    assert household[:16] == "1504221002000001"
    assert person[:19] == household + "02"
    assert helper[:12] == "G15042200001"
    assert all(map(numbers.code_ok, (household, person, helper)))


@pytest.mark.parametrize(
    ("division", "serial"), [(150422100200, 0), (150422100200, 10000), (15042210020, 1), (1504221002000, 1)]
)
def test_no_household_code_outside_its_digits(division: int, serial: int) -> None:
    with pytest.raises(ValueError, match="no household code"):
        numbers.household_code(division, serial)


def test_no_person_or_helper_code_outside_its_digits() -> None:
    household = numbers.household_code(150422100200, 9999)
    assert numbers.code_ok(numbers.person_code(household, 99))
    for wrong, serial in ((household, 0), (household, 100), (household[:-1], 1), ("15042210020000010", 1)):
        with pytest.raises(ValueError, match="no person code"):
            numbers.person_code(wrong, serial)
    for unit, serial in ((15042, 1), (150422, 0), (150422, 100000)):
        with pytest.raises(ValueError, match="no helper code"):
            numbers.helper_code(unit, serial)


@given(st.integers(10**11, 10**12 - 1), st.integers(1, 9999), st.integers(1, 99), st.data())
def test_a_wrong_digit_in_a_code_is_noticed(division: int, serial: int, member: int, data: st.DataObject) -> None:
    code = numbers.person_code(numbers.household_code(division, serial), member)
    assert numbers.code_ok(code)
    place = data.draw(st.integers(0, 19))
    shift = data.draw(st.integers(1, 9))
    assert not numbers.code_ok(code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :])


@pytest.mark.parametrize(
    "code", ["", "1504221002000001", "X150422000010", "g150422000016", "１５０４２２１００２００００１８"]
)
def test_other_texts_are_no_codes(code: str) -> None:
    assert numbers.code_ok(code) is False


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("citizen", "159900196203150015", "1599**********0015"),
        ("citizen", "15990019620315001543B1", "1599**************43B1"),
        ("citizen", "15990019620315001", "1599*********5001"),
        ("citizen", "110105491231002", "1101*******1002"),
        ("citizen", "15990019620315", "**************"),
        ("disability", "15990019620315001542", "1599************1542"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "0471-1234567", "047****4567"),
        ("phone", "0471123456", "047***3456"),
        ("phone", "123456789", "*********"),
        ("bank", "6228572998725389349", "***************9349"),
        ("bank", "12345678", "********"),
        ("citizen", "", ""),
        ("bank", None, ""),
    ],
)
def test_masks(kind: str, text: str | None, shown: str) -> None:
    assert numbers.mask(kind, text) == shown


def test_no_mask_for_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        numbers.mask("passport", "123")
