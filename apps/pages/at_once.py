"""Doing something with many rows of a list, on a page of three stages: what to do, what would come of it, what came.

Nothing is written before the second stage was confirmed. The page holds the rows with the versions that were looked at,
so that what changed meanwhile can be refused; and a second click is shown what came of the first.
"""

from __future__ import annotations

import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError
from apps.common.models import Versioned
from apps.common.outcomes import Outcome, Refusal
from apps.pages.bulk import Bulk
from apps.pages.selection import Selection
from apps.pages.views import ResourceView

NAMED = 20
"""So many rows are named under each reason before the others are only counted."""
TAKEN = "taken_at_once"
_SEEN = re.compile(r"[0-9]{1,18}:[0-9]{1,9}( [0-9]{1,18}:[0-9]{1,9})*", re.ASCII)

Seen = dict[int, int]
"""Keys of rows with the versions that were seen; 0 where there is none."""


def packed(seen: Mapping[int, int]) -> str:
    """Keys with the versions that were seen, as one field of a form: a server does not read thousands of fields."""
    return " ".join(f"{key}:{version}" for key, version in seen.items())


def unpacked(text: str) -> Seen:
    """The rows of `packed`; BadRequest for what it did not write."""
    if text and not _SEEN.fullmatch(text):
        raise BadRequest(_("没有这些记录。"))
    pairs = (pair.split(":") for pair in text.split())
    return {int(key): int(version) for key, version in pairs}


class AtOnceForm(forms.Form):
    """What the first stage asks for. `offered` says whether there is anything to do at all."""

    offered = True

    def repeated(self) -> list[tuple[str, str]]:
        """What was entered, for the hidden fields of the page that asks for confirmation."""
        return [(name, self.data.get(name, "")) for name in self.fields]

    def in_words(self) -> list[tuple[str, str]]:
        """What was entered, for people; a choice by its name, and nothing that was left empty."""
        given = ((name, field, self.cleaned_data.get(name)) for name, field in self.fields.items())
        return [(str(field.label), self.word(name, value)) for name, field, value in given if value not in ("", None)]

    def word(self, name: str, value: Any) -> str:
        """One value for people."""
        return str(dict(getattr(self.fields[name], "choices", ())).get(value, value))


class StepField(forms.ChoiceField):
    """Shows the steps that some row is open to. Any of `known` is valid: why it cannot be taken is said of each row."""

    widget = forms.RadioSelect

    def __init__(self, *, known: Iterable[str], **given: Any) -> None:
        super().__init__(**given)
        self.known = frozenset(known)

    def offer(self, steps: Sequence[tuple[str, Any, int]]) -> None:
        """Offer these steps, by name and label, each with on how many rows; the first one is chosen."""
        self.choices = [
            (name, _("%(step)s（%(n)s 条可办）") % {"step": label, "n": f"{number:,}"}) for name, label, number in steps
        ]
        self.initial = steps[0][0] if steps else None

    def valid_value(self, value: Any) -> bool:
        return value in self.known


FormT = TypeVar("FormT", bound=AtOnceForm)
OutcomeT = TypeVar("OutcomeT", bound=Outcome)


class AtOncePage(ResourceView, ABC, Generic[FormT, OutcomeT]):
    """The page. What it does stands in `act`, for whom in `bulk`, what it asks for in `form_of`."""

    page = "at_once"
    bulk: ClassVar[Bulk]
    heading: ClassVar[str | Promise]
    columns: ClassVar[tuple[str, ...]]
    """What of a row that is refused is shown."""

    # --- what a page of its own says ---

    @abstractmethod
    def require_number(self, count: int) -> None:
        """ServiceError for no rows at all, or for more than are taken at once."""

    @abstractmethod
    def form_of(self, data: Any, seen: Seen) -> FormT:
        """The form of the first stage, filled if there are data."""

    @abstractmethod
    def act(self, seen: Seen, form: FormT, *, dry_run: bool) -> OutcomeT:
        """Do it, or say what would come of it."""

    def doing(self, form: FormT) -> str:
        """What is done, in a word."""
        return str(self.bulk.label)

    def warning(self, outcome: OutcomeT) -> str:
        """What is to be thought of before it is confirmed, and afterwards."""
        return ""

    def told(self, outcome: OutcomeT) -> list[tuple[str, str]]:
        """What more there is to say of the outcome than how many rows it took: labels and words."""
        return []

    def done_list(self, selection: Selection, outcome: OutcomeT, form: FormT) -> str:
        """The list in which the rows that were taken are now."""
        return self._list(selection)

    # --- the stages ---

    def get(self, request: HttpRequest) -> HttpResponse:
        """What came of the last one; the list for whoever did nothing here."""
        selection = self._selection(request)
        taken = self._taken()
        if not taken:
            return HttpResponseRedirect(self._list(selection))
        refusals = [Refusal(one["code"], one["message"], one["rows"]) for one in taken["refusals"]]
        counts = [one["count"] for one in taken["refusals"]]
        return self.show(
            "generic/at_once_taken.html",
            title=_("办理结果"),
            doing=taken["doing"],
            done=taken["done"],
            refused=sum(counts),
            warning=taken["warning"],
            told=taken["told"],
            reasons=self._reasons(refusals, counts),
            list_url=taken["list"],
            done_url=taken["done_list"],
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        selection = self._selection(request)
        stage = request.POST.get("stage", "")
        if stage == "take" and self._is_taken(request.POST.get("token", "")):
            return self._to_result(selection)
        try:
            seen = unpacked(request.POST.get("rows", "")) if stage else self._named(selection)
            self.require_number(len(seen))
        except ServiceError as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(self._list(selection))
        form = self.form_of(request.POST if stage else None, seen)
        asked = stage in ("try", "take")
        if asked and form.is_valid():
            try:
                return self._try(selection, seen, form) if stage == "try" else self._take(selection, seen, form)
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        status = 422 if form.errors and asked else 200
        return self._show(selection, seen, str(self.heading), status, form=form)

    def _try(self, selection: Selection, seen: Seen, form: FormT) -> HttpResponse:
        outcome = self.act(seen, form, dry_run=True)
        return self._show(
            selection,
            seen,
            _("确认办理"),
            200,
            outcome=outcome,
            doing=self.doing(form),
            warning=self.warning(outcome),
            reasons=self._reasons(outcome.refusals),
            repeated=form.repeated(),
            said=[*self.told(outcome), *form.in_words()],
            token=secrets.token_hex(8),
        )

    def _take(self, selection: Selection, seen: Seen, form: FormT) -> HttpResponse:
        outcome = self.act(seen, form, dry_run=False)
        # Counts, and the first keys of each reason: enough for the page that says what came of it.
        self.request.session[TAKEN] = {
            "page": self.bulk.page,
            "token": self.request.POST.get("token", ""),
            "doing": self.doing(form),
            "done": len(outcome.done),
            "warning": self.warning(outcome),
            "told": self.told(outcome),
            "refusals": [
                {"code": one.code, "message": one.message, "count": one.count, "rows": list(one.rows[:NAMED])}
                for one in outcome.refusals
            ],
            "list": self._list(selection),
            "done_list": self.done_list(selection, outcome, form),
        }
        return self._to_result(selection)

    def _taken(self) -> dict[str, Any]:
        """What came of the last one on this page."""
        taken: dict[str, Any] = self.request.session.get(TAKEN, {})
        return taken if taken.get("page") == self.bulk.page else {}

    def _is_taken(self, token: str) -> bool:
        """Whether the form was sent before: a second click is shown what came of the first."""
        return bool(token) and self._taken().get("token") == token

    def _to_result(self, selection: Selection) -> HttpResponse:
        return HttpResponseRedirect(f"{self.request.path}?{selection.query()}")

    def _show(self, selection: Selection, seen: Seen, title: str, status: int, **context: Any) -> HttpResponse:
        return self.show(
            "generic/at_once.html",
            status=status,
            title=title,
            number=len(seen),
            seen=packed(seen),
            query=selection.query(),
            list_url=self._list(selection),
            **context,
        )

    # --- rows ---

    def _selection(self, request: HttpRequest) -> Selection:
        """The list that the rows come from: 404 for a place of others, 403 for whoever may do this nowhere."""
        selection = Selection(self.resource, request.user, request.GET)
        self.resource.require_open(request.user)
        self.bulk.require(request.user)
        return selection

    def _named(self, selection: Selection) -> Seen:
        """The rows meant, with their versions; 0 for one that is not there, which the service says by itself."""
        keys = self.bulk.named(selection, self.request.POST)
        self.require_number(len(keys))
        seen = dict.fromkeys(keys, 0)
        if issubclass(self.resource.model, Versioned):
            seen |= dict(self.rows().filter(pk__in=keys).values_list("pk", "version"))
        return seen

    def _list(self, selection: Selection) -> str:
        return f"{self.resource.list_url()}?{selection.query()}"

    def _reasons(self, refusals: Iterable[Refusal], counts: Sequence[int] = ()) -> list[dict[str, Any]]:
        """Each reason with how many rows it holds and the first of them as far as they are the user's; one query."""
        refusals = list(refusals)
        named = [key for refusal in refusals for key in refusal.rows[:NAMED]]
        columns = [self.resource.column(name) for name in self.columns]
        reader = self.resource.reader(self.request.user, columns, "pk")
        found = list(self.rows().filter(pk__in=named).values_list(*reader.paths)) if named else []
        drawn = {reader.value(row, "pk"): cells for row, cells in zip(found, reader.table_rows(found), strict=True)}
        shown = []
        for number, refusal in enumerate(refusals):
            count = counts[number] if counts else refusal.count
            first = refusal.rows[:NAMED]
            lines = [drawn[key] for key in first if key in drawn]
            unknown = [key for key in first if key not in drawn]
            shown.append(
                {
                    "message": refusal.message,
                    "count": count,
                    "columns": columns,
                    "rows": lines,
                    "unknown": unknown,
                    "more": count - len(lines) - len(unknown),
                }
            )
        return shown
