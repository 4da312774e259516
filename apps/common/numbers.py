"""Numbers of persons and households: normal form, check characters, facts, masks. No database, no settings.

Sources: GB 11643-1999 (citizen number, check character by ISO 7064 MOD 11-2), the disability certificate of
the China Disabled Persons' Federation (citizen number, type, grade, reissue), ISO 7064 MOD 11,10 for the
codes this platform issues itself.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from operator import mul

ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
MIDDLE_DOT = "·"
# Every sign that stands for the middle dot of a name; the full stop is the usual mistyping.
MIDDLE_DOTS = "·•‧・･⋅∙.．"
APOSTROPHES = "'’‘‛`´′ʼ＇｀"
HYPHENS = "-‐‑‒–—―−﹘﹣－"

ID_LENGTHS = (18, 20, 22)
DEMO_PREFIX = "1599"

_DROP_FROM_NUMBER = re.compile(rf"[\s{ZERO_WIDTH}{APOSTROPHES}{re.escape(HYPHENS)}]+")
_DROP_FROM_NAME = re.compile(rf"[\s{ZERO_WIDTH}]+")
_DOT = re.compile(rf"[{re.escape(MIDDLE_DOTS)}]")
_KEY = re.compile(r"[0-9]{17}[0-9X]")
_OLD = re.compile(r"[0-9]{15}")
_DIGITS17 = re.compile(r"[0-9]{17}")
_DIGITS8 = re.compile(r"[0-9]{8}")
_DISABILITY_TAIL = re.compile(r"[1-7][1-4](?:B[1-9])?")
_PHONE = re.compile(r"1[0-9]{10}|0[0-9]{9,11}")
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_NAME = re.compile(rf"[{_HAN}]+(?:{MIDDLE_DOT}[{_HAN}]+)*")
_OWN_CODE = re.compile(r"[0-9]{17}|[0-9]{20}|G[0-9]{12}")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def normalise_number(text: str | None) -> str:
    """The number as stored and compared: NFKC, without white space, hyphens and apostrophes, upper case."""
    if not text:
        return ""
    if text.isascii() and text.isalnum():
        return text.upper()
    # A few signs fold to a blank and an accent, or change again by upper case: until nothing moves any more.
    for _ in range(4):
        folded = _DROP_FROM_NUMBER.sub("", unicodedata.normalize("NFKC", _DROP_FROM_NUMBER.sub("", text))).upper()
        if folded == text:
            break
        text = folded
    return text


def citizen_check_char(first17: str) -> str:
    """Check character of a citizen number from its first 17 digits (ISO 7064 MOD 11-2); ValueError."""
    if not _DIGITS17.fullmatch(first17):
        raise ValueError("17 digits expected")
    return _CHECKS[sum(map(mul, map(int, first17), _WEIGHTS)) % 11]


def citizen_key(number: str | None, *, upgrade_15: bool = False) -> str | None:
    """The key of a person: the first 18 characters when they are 17 digits and a digit or X, else None.

    The check character does not matter. `upgrade_15` is for rows of other departments, where an old number of
    15 digits becomes 18 (`19` inserted before the year, check character computed).
    """
    text = normalise_number(number)
    if upgrade_15 and _OLD.fullmatch(text):
        first17 = f"{text[:6]}19{text[6:]}"
        return first17 + citizen_check_char(first17)
    head = text[:18]
    return head if _KEY.fullmatch(head) else None


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What may be known about an ID number without reading it again.

    A blank number has no facts at all. A number of a wrong length has only its length: the other checks speak
    only about numbers of 18, 20 or 22 characters, so their facts stay None and no second finding follows from
    the first. `birth_ok` says that characters 7-14 are a date of the calendar; how far back or ahead is for
    the rules.
    """

    length: int | None = None
    check_ok: bool | None = None
    sex: str | None = None
    birth_date: date | None = None
    birth_ok: bool | None = None
    division_known: bool | None = None


def id_facts(number: str | None, known: Callable[[str], bool] | None = None) -> IdFacts:
    """Facts of an ID number; `known` tells whether six digits were ever a county's code (None: not known)."""
    text = normalise_number(number)
    if not text:
        return IdFacts()
    if len(text) not in ID_LENGTHS:
        return IdFacts(length=len(text))
    born = _calendar_date(text[6:14])
    return IdFacts(
        length=len(text),
        check_ok=bool(_DIGITS17.fullmatch(text[:17])) and citizen_check_char(text[:17]) == text[17],
        sex=("1" if int(text[16]) % 2 else "2") if _KEY.fullmatch(text[:18]) else None,
        birth_date=born,
        birth_ok=born is not None,
        division_known=known(text[:6]) if known else None,
    )


def division_test(codes: Collection[str] | None, *, demo: bool = False) -> Callable[[str], bool] | None:
    """The `known` argument of `id_facts`: codes of every year, and the unassigned 1599 of demonstration data.

    None without a history of codes: then nothing is said about any number.
    """
    if codes is None:
        return None
    table = frozenset(codes)
    return lambda code: code in table or (demo and code.startswith(DEMO_PREFIX))


def _calendar_date(digits: str) -> date | None:
    if not _DIGITS8.fullmatch(digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def disability_no_ok(disability_no: str | None, id_no: str | None) -> bool | None:
    """Whether a disability certificate belongs to the citizen number and is well formed.

    First 18 = the person's key, then type 1-7, grade 1-4, then nothing or `B` and 1-9. None when there is
    nothing to compare: no certificate, or no key.
    """
    text, key = normalise_number(disability_no), citizen_key(id_no)
    if not text or key is None:
        return None
    return text[:18] == key and _DISABILITY_TAIL.fullmatch(text[18:]) is not None


def disability_grade(disability_no: str | None, id_no: str | None) -> str | None:
    """The grade (1-4, the 20th character) of a certificate that belongs to the citizen number and is well formed."""
    return normalise_number(disability_no)[19] if disability_no_ok(disability_no, id_no) else None


def phone_ok(text: str | None) -> bool:
    """A mobile number (1 and 10 digits) or a landline (0 and 9 to 11 digits); blank is not ok (HH-15)."""
    return _PHONE.fullmatch(normalise_number(text)) is not None


def normalise_name(text: str | None) -> str:
    """A name as stored: no white space or zero-width signs, middle dots as `·`, characters unchanged."""
    return _DOT.sub(MIDDLE_DOT, _DROP_FROM_NAME.sub("", text or ""))


def name_key(text: str | None) -> str:
    """A name as compared: NFKC, without white space, zero-width signs and middle dots; no other folding."""
    folded = unicodedata.normalize("NFKC", _DOT.sub("", _DROP_FROM_NAME.sub("", text or "")))
    return _DOT.sub("", _DROP_FROM_NAME.sub("", folded))


def name_ok(text: str | None) -> bool:
    """Rule ID-09: Han characters of any block in groups joined by single `·`, 2 to 50 code points."""
    return text is not None and 2 <= len(text) <= 50 and _NAME.fullmatch(text) is not None


def _check_digit(digits: str) -> str:
    """Check digit by ISO 7064 MOD 11,10."""
    return str((11 - _product(digits)) % 10)


def _product(digits: str, product: int = 10) -> int:
    """The state of ISO 7064 MOD 11,10 after some digits, beginning with the state after those before them."""
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return product


def household_code(division: int, serial: int) -> str:
    """Code of a household: village of first registration (12), serial there (4), check digit; 17 digits."""
    if not (10**11 <= division < 10**12 and 1 <= serial <= 9999):
        raise ValueError(f"no household code for {division}, {serial}")
    body = f"{division}{serial:04d}"
    return body + _check_digit(body)


def person_code(household: str, serial: int) -> str:
    """Code of a person: code of the household of first registration (17), serial there (2), check digit."""
    if not (len(household) == 17 and code_ok(household) and 1 <= serial <= 99):
        raise ValueError(f"no person code for {household}, {serial}")
    body = f"{household}{serial:02d}"
    return body + _check_digit(body)


def person_codes(household: str, serials: Iterable[int]) -> list[str]:
    """The codes of several members of one household; the same as `person_code` of each, checked once."""
    if not (len(household) == 17 and code_ok(household)):
        raise ValueError(f"no person code for {household}")
    state = _product(household)
    bodies = [f"{serial:02d}" for serial in serials if 1 <= serial <= 99]
    return [f"{household}{body}{(11 - _product(body, state)) % 10}" for body in bodies]


def helper_code(unit: int, serial: int) -> str:
    """Code of a helping cadre: G, county or unit (6), serial there (5), check digit; 13 characters."""
    if not (10**5 <= unit < 10**6 and 1 <= serial <= 99999):
        raise ValueError(f"no helper code for {unit}, {serial}")
    body = f"{unit}{serial:05d}"
    return f"G{body}{_check_digit(body)}"


def code_ok(code: str) -> bool:
    """Whether a code of a household, person or helper has its form and its check digits."""
    if not _OWN_CODE.fullmatch(code):
        return False
    digits = code.removeprefix("G")
    if _check_digit(digits[:-1]) != digits[-1]:
        return False
    return len(code) != 20 or code_ok(code[:17])


# Characters left readable at the start and end, and the length below which nothing is.
_SHOWN = {"citizen": (4, 4, 15), "disability": (4, 4, 15), "phone": (3, 4, 10), "bank": (0, 4, 9)}
# A secret shows not even its length.
_NOTHING = "********"


def masked_text(text: str) -> str:
    """What somebody typed, for a record: a text with seven digits or more may be a number of a person, however it is
    spaced, and stands there with its first three and last four characters only."""
    number = normalise_number(text)
    if sum(one.isdigit() for one in number) < 7:
        return text.strip()
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask(kind: str, text: str | None) -> str:
    """A number as shown without the right to see it: `1599**********0015`, `138****1234`, `*******9349`.

    A text too short to hide anything that way is hidden whole. ValueError for an unknown kind.
    """
    if kind == "secret":
        return _NOTHING
    try:
        head, tail, least = _SHOWN[kind]
    except KeyError:
        raise ValueError(f"unknown kind of number: {kind}") from None
    number = normalise_number(text)
    if len(number) < least:
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]
