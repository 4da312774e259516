"""Message catalogues without GNU gettext: compile .po to .mo, and check that English is complete.

Runs inside the environment (`python -m devtools.catalogues compile|check`), because it needs polib. The source language
of the interface is Chinese: a msgid is the Chinese text itself and has no catalogue of its own.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import polib

from devtools import extraction

ROOT = Path(__file__).resolve().parent.parent
# Catalogues in which every message must be translated; the others may be under way.
COMPLETE = ("en",)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogues() -> list[Path]:
    """Every catalogue of the project."""
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))


def compile_all() -> None:
    """Write the .mo beside each .po; fuzzy entries stay out, as msgfmt would have it."""
    for path in catalogues():
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def complaints() -> list[str]:
    """What is missing or wrong in the catalogues."""
    found = []
    for path in catalogues():
        language = path.parent.parent.name
        for entry in polib.pofile(str(path)):
            if entry.obsolete:
                continue
            where = f"{path.relative_to(ROOT)}:{entry.linenum}: {entry.msgid!r}"
            if language in COMPLETE and not entry.translated():
                found.append(f"{where} is fuzzy" if entry.fuzzy else f"{where} is not translated")
            texts = [entry.msgstr, *entry.msgstr_plural.values()]
            wanted = set(_PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
            found += [
                f"{where} has other placeholders than its translation"
                for text in texts
                if text and set(_PLACEHOLDER.findall(text)) - wanted
            ]
    return found


def behind() -> list[str]:
    """Where the catalogues that must be complete differ from the sources (`./dev messages` brings them up)."""
    found = []
    for language in COMPLETE:
        if extraction.catalogue(language).exists():
            found += extraction.missing(language)
        else:
            found.append(f"{extraction.catalogue(language).relative_to(ROOT)} is missing")
    return found


def main(arguments: list[str]) -> int:
    if arguments == ["compile"]:
        compile_all()
        return 0
    if arguments == ["check"]:
        found = complaints() + behind()
        print("\n".join(found))
        return 1 if found else 0
    print("usage: python -m devtools.catalogues compile|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
