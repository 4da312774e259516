"""How values of cross-checking look: rules, sentences, lights and states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.common import wording
from apps.crosschecks import linkage
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import Light, RunState, Severity, State, UnitState
from apps.crosschecks.evidence import listed, sentence, without_sensitive
from apps.crosschecks.models import CandidateState
from apps.pages.kinds import Kind
from apps.pages.kinds import State as LightState


class RuleName(Kind):
    """A rule: its id, and for people its name beside it."""

    width = 30
    schema: Mapping[str, Any] = {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{2}$"}

    def text(self, value: str) -> str:
        entry = catalogue().get(value)
        return f"{value} {entry.title}" if entry else value

    def markup(self, value: str) -> SafeString:
        entry = catalogue().get(value)
        return format_html('<abbr class="mono" title="{}">{}</abbr>', entry.title if entry else "", value)


class Sentence(Kind):
    """A finding in one sentence, from its rule and evidence (the queryset's `with_statement`)."""

    width = 60

    def __init__(self, *, whole: bool = True) -> None:
        self.whole = whole

    @property
    def masked(self) -> Kind:
        return self if not self.whole else Sentence(whole=False)

    def text(self, value: Mapping[str, Any]) -> str:
        return sentence(value["rule"], value["evidence"], whole=self.whole)

    def json(self, value: Mapping[str, Any]) -> str:
        return self.text(value)


class Evidence(Kind):
    """The values that prove a finding, from the same source as the sentence: an object in JSON."""

    width = 40
    schema: Mapping[str, Any] = {"type": "object", "additionalProperties": True}

    def __init__(self, *, whole: bool = True) -> None:
        self.whole = whole

    @property
    def masked(self) -> Kind:
        return self if not self.whole else Evidence(whole=False)

    def text(self, value: Mapping[str, Any]) -> str:
        return wording.clauses(
            wording.labelled(label, text) for label, text in listed(value["rule"], value["evidence"], whole=self.whole)
        )

    def json(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = value["evidence"]
        return found if self.whole else without_sensitive(found)


class Explanation(Kind):
    """How the comparisons of a candidate came out, in words; the levels and their weights in JSON."""

    width = 60
    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "object", "additionalProperties": True}}

    def text(self, value: list[Mapping[str, Any]]) -> str:
        return linkage.sentence(value)


class Rules(Kind):
    """The rules of a run."""

    schema: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}

    def text(self, value: list[str]) -> str:
        if len(value) == len(catalogue()):
            return _("全部规则")
        return wording.listed(value)


SEVERITY = LightState(
    labels=dict(Severity.choices), colours={"critical": "red", "high": "yellow", "medium": "blue", "low": "grey"}
)
STATE = LightState(
    labels=dict(State.choices),
    colours={
        **dict.fromkeys((State.NEW, State.REOPENED), "yellow"),
        **dict.fromkeys((State.ASSIGNED, State.CHECKING), "blue"),
        **dict.fromkeys((State.CLOSED, State.CLEARED), "green"),
    },
)
CANDIDATE_STATE = LightState(
    labels=dict(CandidateState.choices),
    colours={CandidateState.OPEN: "yellow", CandidateState.SAME: "green", CandidateState.DIFFERENT: "grey"},
)
LIGHT = LightState(labels=dict(Light.choices), colours={"red": "red", "yellow": "yellow", "green": "green"})
RUN_STATE = LightState(
    labels=dict(RunState.choices),
    colours={RunState.RUNNING: "blue", RunState.DONE: "green", RunState.PARTIAL: "red"},
)
UNIT_STATE = LightState(
    labels=dict(UnitState.choices),
    colours={UnitState.RUNNING: "blue", UnitState.DONE: "green", UnitState.FAILED: "red", UnitState.NOT_RUN: "grey"},
)
