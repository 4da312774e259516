"""Evidence for people: the values that prove a finding, with their labels, and the finding in one sentence.

Evidence is stored as codes and plain values and put into words when it is read, in the reader's language. It never
holds a personal number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.common import wording
from apps.common.fieldclasses import MASK
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.facts import FACTS, NONE, UNLISTED
from apps.crosschecks.rules import RULES

__all__ = ["FACTS", "NONE", "UNLISTED", "is_sensitive", "listed", "sentence", "shown", "without_sensitive"]


def is_sensitive(name: str) -> bool:
    """Whether a piece of evidence is masked for those without the right to personal data; an unknown one is."""
    fact = FACTS.get(name)
    return fact is None or fact.sensitive


def without_sensitive(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence for programs that may not read personal data: null in place of what is sensitive."""
    return {name: None if is_sensitive(name) else value for name, value in evidence.items()}


def shown(name: str, value: Any, *, whole: bool = True) -> str:
    """One value of evidence in words; a dash where there is none, the mask where it is not for the reader."""
    if not whole and is_sensitive(name):
        return MASK
    if value is None or value in ("", []):
        return NONE
    fact = FACTS.get(name)
    return fact.show(value) if fact else str(value)


class _Words(dict[str, str]):
    """The values of a sentence; a name the evidence does not hold is a dash, so that an old finding still reads."""

    def __init__(self, evidence: Mapping[str, Any], whole: bool) -> None:
        super().__init__({name: shown(name, value, whole=whole) for name, value in evidence.items()})
        self.whole = whole

    def __missing__(self, name: str) -> str:
        return NONE if self.whole or not is_sensitive(name) else MASK


def sentence(rule: str, evidence: Mapping[str, Any], *, whole: bool = True) -> str:
    """The finding in one sentence; the rule's name where the rule has no sentence. `whole`: nothing is masked."""
    known = RULES.get(rule)
    if known is None:
        entry = catalogue().get(rule)
        return entry.title if entry else rule
    words = _Words(evidence, whole)
    if rule == "ID-10":
        both = [words[name] for name in ("fields", "person_fields") if words[name] != NONE]
        words["what"] = wording.clauses(both)
    return str(known.text) % words


def listed(rule: str, evidence: Mapping[str, Any], *, whole: bool = True) -> list[tuple[str, str]]:
    """Label and value of each piece of evidence, in the rule's order. `whole`: nothing is masked."""
    known = RULES.get(rule)
    names = known.evidence if known else tuple(evidence)
    return [
        (str(FACTS[name].label) if name in FACTS else name, shown(name, evidence.get(name), whole=whole))
        for name in names
        if name not in UNLISTED and (evidence.get(name) not in (None, "", []) or (not whole and is_sensitive(name)))
    ]
