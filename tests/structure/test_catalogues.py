"""The English catalogue says everything that the sources say, in English, with the same placeholders."""

import re

import polib
import pytest

from devtools import catalogues, extraction

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+[^>]*>")
HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff]")
# Words that stand in Chinese in the files people import, and are to be written so.
QUOTED = re.compile(r"户编号|姓名|证件号码|是 \(yes\)|否 \(no\)|“（2018年度）”")


@pytest.fixture(scope="module")
def english() -> list[polib.POEntry]:
    return list(polib.pofile(str(extraction.catalogue("en"))))


def texts(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr, *entry.msgstr_plural.values()] if not entry.msgid_plural else [*entry.msgstr_plural.values()]


def test_every_message_of_the_sources_is_translated(english) -> None:
    assert [entry.msgid for entry in english if entry.fuzzy or not all(texts(entry))] == []
    assert extraction.missing("en") == []


def test_placeholders_and_markup_are_kept(english) -> None:
    wrong = [
        (entry.msgid, text)
        for entry in english
        for text in texts(entry)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(entry.msgid))
    ]
    assert wrong == []


def test_a_plural_has_two_forms(english) -> None:
    assert [entry.msgid for entry in english if entry.msgid_plural and set(entry.msgstr_plural) != {0, 1}] == []


def test_english_is_written_without_chinese(english) -> None:
    assert [text for entry in english for text in texts(entry) if HAN.search(QUOTED.sub("", text))] == []


def test_line_ends_and_spaces_at_the_edges_are_no_accident(english) -> None:
    wrong = [
        text
        for entry in english
        for text in texts(entry)
        if text != text.strip() and not entry.msgid.endswith(("：", "；", "、"))
    ]
    assert wrong == []


def test_what_is_not_reviewed_says_nothing() -> None:
    """A Mongolian text appears only once somebody who speaks the language has written it."""
    unreviewed = polib.pofile(str(extraction.catalogue("mn")))
    assert [entry.msgid for entry in unreviewed if any(texts(entry))] == []


def test_the_check_finds_what_is_wrong(tmp_path, monkeypatch) -> None:
    path = tmp_path / "locale/en/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    po = polib.POFile()
    po.append(polib.POEntry(msgid="共 %(n)s 户", msgstr="%(m)s households"))
    po.append(polib.POEntry(msgid="户", msgstr=""))
    po.save(str(path))
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    found = catalogues.complaints()
    assert len(found) == 2
    assert "other placeholders" in found[0] and "not translated" in found[1]
