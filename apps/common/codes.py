"""Code lists of the register: codes, their labels, and codes from labels as people write them.

The data are in `data/codes.csv` (see the README beside it).
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.utils.functional import Promise, lazystr
from django.utils.translation import get_language, gettext

from .numbers import ZERO_WIDTH

DATA = Path(__file__).parent / "data" / "codes.csv"

_SPACE = re.compile(rf"[\s{ZERO_WIDTH}]+")
_BRACKETS = re.compile(r"[()\[\]{}〔〕【】〈〉《》]")
_IN_BRACKETS = re.compile(r"[(\[〔【][^()\[\]〔〕【】]*[)\]〕】]")
_SEPARATORS = re.compile(r"[,;、|/+\n]+|\s+")
_YES = frozenset(("是", "有", "Y", "YES", "TRUE", "T", "1", "1.0", "√", "✓", "✔", "对"))
_NO = frozenset(("否", "无", "没有", "不是", "N", "NO", "FALSE", "F", "0", "0.0", "×", "✗", "✘"))


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list; `synonyms` are other Chinese labels, `external` a standard's value."""

    code: str
    name_zh: str
    name_en: str
    synonyms: tuple[str, ...]
    external: str
    source: str
    version: str

    @property
    def label(self) -> str:
        """The label in the active language: Chinese, English, or the Chinese one through gettext."""
        language = get_language() or "zh-hans"
        if language.startswith("zh"):
            return self.name_zh
        return self.name_en if language.startswith("en") else gettext(self.name_zh)


def _bare(text: str) -> str:
    """Half-width, without white space, upper case."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).upper()


class CodeList:
    """The values of one list in their order."""

    def __init__(self, name: str, values: Iterable[Code]) -> None:
        self.name = name
        self.values = tuple(values)
        self.codes = tuple(value.code for value in self.values)
        self._by_code = {value.code: value for value in self.values}
        if len(self._by_code) != len(self.values):
            raise ValueError(f"a code stands twice in list {name}")

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Code:
        return self._by_code[code]

    def __iter__(self):
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def labels(self) -> dict[str, Promise]:
        """Code → label, translated when shown."""
        return {value.code: lazystr(_Label(value)) for value in self.values}

    @cached_property
    def choices(self) -> list[tuple[str, Promise]]:
        """(code, label) for form fields and filters, translated when shown."""
        return list(self.labels.items())

    def label(self, code: str | None) -> str:
        """Label of a code in the active language; a code that is not in the list is shown as it stands."""
        if not code:
            return ""
        value = self._by_code.get(code)
        return value.label if value else str(code)

    @cached_property
    def max_length(self) -> int:
        """Length of the longest code."""
        return max(map(len, self.codes))

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """Folded label → code: labels first, then synonyms, then forms derived from labels if unambiguous."""
        table: dict[str, str] = {}
        derived: dict[str, set[str]] = {}
        for value in self.values:
            table[_BRACKETS.sub("", _bare(value.name_zh))] = value.code
        for value in self.values:
            for text in value.synonyms:
                table.setdefault(_BRACKETS.sub("", _bare(text)), value.code)
        for value in self.values:
            for form in self._derived(value.name_zh):
                derived.setdefault(form, set()).add(value.code)
        for form, codes in derived.items():
            if len(codes) == 1:
                table.setdefault(form, *codes)
        return table

    def _derived(self, label: str) -> Iterable[str]:
        text = _bare(label)
        yield _IN_BRACKETS.sub("", text)
        yield _BRACKETS.sub("", text).replace("、", "")
        if "/" in text:
            yield from text.split("/")
        if self.name == "ethnicity" and text.endswith("族"):
            yield text[:-1]

    def code_for(self, label: object) -> str | None:
        """The code of a Chinese label, None when it is blank or not in the list.

        White space, full-width forms and brackets do not matter, 族 may be missing, synonyms count. A code is
        not a label: programs of counties number the same names differently.
        """
        text = _BRACKETS.sub("", _bare(str(label))) if label is not None else ""
        found = self._spellings.get(text) if text else None
        return found if found or not text else self._spellings.get(text.replace("、", ""))

    def codes_for(self, labels: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Codes of a field of several labels (患有大病、残疾) in the order of the list; what is unknown."""
        text = str(labels).strip() if labels is not None else ""
        if not text:
            return (), ()
        whole = self.code_for(text)
        if whole:
            return (whole,), ()
        found: set[str] = set()
        unknown: list[str] = []
        for part in _SEPARATORS.split(unicodedata.normalize("NFKC", text)):
            if not part:
                continue
            code = self.code_for(part)
            if code:
                found.add(code)
            else:
                unknown.append(part)
        return tuple(code for code in self.codes if code in found), tuple(unknown)


class _Label:
    """Makes a label lazy: `lazystr` calls `str()` on it each time it is shown."""

    __slots__ = ("value",)

    def __init__(self, value: Code) -> None:
        self.value = value

    def __str__(self) -> str:
        return self.value.label


@cache
def _lists() -> dict[str, CodeList]:
    rows: dict[str, list[Code]] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row.pop("list")
            synonyms = tuple(filter(None, row.pop("synonyms").split("|")))
            rows.setdefault(name, []).append(Code(synonyms=synonyms, **row))
    return {name: CodeList(name, values) for name, values in rows.items()}


def names() -> tuple[str, ...]:
    """Names of all lists."""
    return tuple(_lists())


def codelist(name: str) -> CodeList:
    """The list of a name; KeyError when there is none."""
    return _lists()[name]


def yes_no(text: object) -> bool | None:
    """是/否 as people write it (有/无, Y/N, 1/0, √/×); None when blank or neither."""
    if isinstance(text, bool) or text is None:
        return text
    bare = _bare(str(text))
    return True if bare in _YES else False if bare in _NO else None
