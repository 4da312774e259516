"""Made-up numbers: valid in form, never twice, and nobody's.

ID numbers carry 159900, which no county ever had; mobile numbers begin with 169 (of helpers with 168), bank cards
with 620099, which are not in use either.
"""

from __future__ import annotations

import datetime

from apps.common.numbers import citizen_check_char

PREFIX = "159900"
PHONE_PREFIX, HELPER_PREFIX, BANK_PREFIX = "169", "168", "620099"
# Multipliers without a common factor with the modulus, so that consecutive numbers look unrelated and never repeat.
_PHONES, _PHONE_STEP = 10**8, 48_271
_BANKS, _BANK_STEP = 10**13, 2_971_215_073
_SEQUENCES, _SEQUENCE_STEP = 500, 197


class Issuer:
    """Gives out ID numbers in order, each once; the order of calls decides them, so it must be reproducible."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], int] = {}

    def citizen(self, born: datetime.date | str, sex: str) -> str:
        """A citizen number for a birth date (or eight digits that need be none) and sex 1 or 2, check character valid.

        ValueError when more persons of one day and sex were asked for than there are numbers.
        """
        day = born if isinstance(born, str) else f"{born:%Y%m%d}"
        count = self._given.get((day, sex), 0)
        if count >= _SEQUENCES:
            raise ValueError(f"no number left for {day}, sex {sex}")
        self._given[day, sex] = count + 1
        sequence = 2 * ((count * _SEQUENCE_STEP + 7) % _SEQUENCES) + (sex == "1")
        first17 = f"{PREFIX}{day}{sequence:03d}"
        return first17 + citizen_check_char(first17)


def wrong_check_char(citizen: str) -> str:
    """The same number with another last character, so that its check fails."""
    last = citizen[17]
    return citizen[:17] + ("1" if last == "X" else str((int(last) + 1) % 10))


def disability_no(citizen: str, kind: int, grade: int, reissued: int = 0) -> str:
    """The number of a disability certificate: citizen number, type 1-7, grade 1-4, and B1-B9 when reissued."""
    return f"{citizen[:18]}{kind}{grade}" + (f"B{reissued}" if reissued else "")


def phone(household: int) -> str:
    """The mobile number of the household with this ordinal."""
    return f"{PHONE_PREFIX}{(household * _PHONE_STEP + 7_919) % _PHONES:08d}"


def helper_phone(county: int, serial: int) -> str:
    """The mobile number of a county's helper (six digits of the county, a serial below 10,000)."""
    return f"{HELPER_PREFIX}{county % 10**4:04d}{serial:04d}"


def bank_account(household: int) -> str:
    """The bank card of the household with this ordinal, 19 digits."""
    return f"{BANK_PREFIX}{(household * _BANK_STEP + 104_729) % _BANKS:013d}"


def national_household_no(household: int) -> str:
    """The number of a household in the national system: 13 digits, unlike our own codes."""
    return f"1516{household:09d}"


def national_person_no(household: int, member: int) -> str:
    """The number of a person in the national system: that of the household and two digits."""
    return f"{national_household_no(household)}{member:02d}"
