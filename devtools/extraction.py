"""Finds the messages of the sources and brings the catalogues up to them, without GNU gettext.

Runs inside the environment (`python -m devtools.extraction`), because it needs Django's template scanner and polib.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
# Besides Chinese, which is the language of the sources. Mongolian is offered only once it has been reviewed.
LANGUAGES = {"en": "nplurals=2; plural=(n != 1);", "mn": "nplurals=2; plural=(n != 1);"}
# How many arguments come before the text itself, and whether a plural follows it.
_CALLS = {"gettext": (0, False), "ngettext": (0, True), "pgettext": (1, False), "npgettext": (1, True)}
_TEXT = r"u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
_IN_TEMPLATE = re.compile(rf"(?<!\w)(_|n?p?gettext)\(\s*{_TEXT}(?:,\s*{_TEXT})?(?:,\s*{_TEXT})?")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")


@dataclass(frozen=True)
class Message:
    """One text to translate, as the sources name it."""

    text: str
    plural: str = ""
    context: str | None = None


def messages() -> dict[Message, list[str]]:
    """Every message of the project with the files that use it, in the order of the files."""
    found: dict[Message, list[str]] = {}
    for path in [*sorted(ROOT.glob("apps/**/*.py")), *sorted(ROOT.glob("config/**/*.py"))]:
        _note(found, path, in_python(path.read_text(encoding="utf-8")))
    for path in [*sorted(ROOT.glob("templates/**/*.*")), *sorted(ROOT.glob("apps/*/templates/**/*.*"))]:
        _note(found, path, in_template(path.read_text(encoding="utf-8")))
    return found


def _note(found: dict[Message, list[str]], path: Path, new: Iterator[Message]) -> None:
    for message in new:
        files = found.setdefault(message, [])
        name = path.relative_to(ROOT).as_posix()
        if name not in files:
            files.append(name)


def in_python(source: str) -> Iterator[Message]:
    """Messages in calls of `_`, `gettext`, `ngettext_lazy` and their kin, with texts written out as literals."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        yield from _message(name.removesuffix("_lazy").removesuffix("_noop"), texts)


def in_template(source: str) -> Iterator[Message]:
    """Messages in `translate`, `blocktranslate` and `_("…")` of a template."""
    for match in _IN_TEMPLATE.finditer(templatize(source)):
        yield from _message(match[1], [ast.literal_eval(text) for text in match.groups()[1:] if text])


def _message(name: str, texts: list[str]) -> Iterator[Message]:
    before, has_plural = _CALLS.get("gettext" if name == "_" else name, (0, False))
    if (name != "_" and name not in _CALLS) or len(texts) < before + 1 + has_plural or not texts[before]:
        return
    yield Message(texts[before], texts[before + 1] if has_plural else "", texts[0] if before else None)


def catalogue(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES/django.po"


def missing(language: str) -> list[str]:
    """Messages of the sources that a catalogue does not know, and those it keeps though no source has them."""
    known = {_key(entry) for entry in polib.pofile(str(catalogue(language))) if not entry.obsolete}
    wanted = messages()
    return [
        f"{files[0]}: {message.text!r} is not in the catalogue"
        for message, files in wanted.items()
        if message not in known
    ] + [f"{message.text!r} is in the catalogue, but in no source" for message in known - wanted.keys()]


def update(language: str) -> int:
    """Bring one catalogue up to the sources; translations stay by their text. Returns how many are untranslated."""
    path = catalogue(language)
    old = {_key(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    new = polib.POFile(wrapwidth=0)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "MIME-Version": "1.0",
        "Plural-Forms": LANGUAGES[language],
    }
    for message, files in messages().items():
        entry = polib.POEntry(msgid=message.text, msgid_plural=message.plural, msgctxt=message.context)
        entry.occurrences = [(name, "") for name in files]
        entry.flags = ["python-format"] if _PLACEHOLDER.search(message.text + message.plural) else []
        before = old.get(message)
        if message.plural:
            entry.msgstr_plural = dict(before.msgstr_plural) if before else {0: "", 1: ""}
        elif before:
            entry.msgstr = before.msgstr
        if before:
            entry.tcomment = before.tcomment
            entry.flags += [flag for flag in before.flags if flag == "fuzzy"]
        new.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(path))
    return len(new.untranslated_entries())


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt)


if __name__ == "__main__":
    for code in LANGUAGES:
        print(f"{catalogue(code).relative_to(ROOT)}: {update(code)} untranslated")
    sys.exit(0)
