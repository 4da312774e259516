"""One step on many findings, on a page of three stages: what to do, what would come of it, what came of it.

Nothing is written before the second stage was confirmed. It holds the findings with the versions that were looked at,
so that what changed meanwhile, and what a second click sends once more, is refused and not done twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.crosschecks.bulk_forms import StepsForm, packed, unpacked
from apps.crosschecks.models import Finding
from apps.crosschecks.services import bulk
from apps.crosschecks.services.bulk import Outcome, Refusal
from apps.crosschecks.tables import AT_ONCE, FindingResource
from apps.pages.selection import Selection
from apps.pages.views import ResourceView

NAMED = 20
"""So many findings are named under each reason before the others are only counted."""
TAKEN = "steps_taken"
COLUMNS = ("text", "rule", "division", "state", "due_on")


class StepsPage(ResourceView):
    """Choosing a step for many findings, trying it, taking it."""

    resource = FindingResource
    page = "steps"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What came of the last one; the list for whoever took none."""
        selection = self._selection(request)
        taken = request.session.get(TAKEN)
        if taken is None:
            return HttpResponseRedirect(self._list(selection))
        refusals = [Refusal(one["code"], one["message"], one["findings"]) for one in taken["refusals"]]
        counts = [one["count"] for one in taken["refusals"]]
        step = bulk.STEPS[taken["step"]]
        context = {"title": _("办理结果"), "step": step, "done": taken["done"], "refused": sum(counts)}
        return self.show(
            "crosschecks/finding_steps_taken.html",
            reasons=self._reasons(refusals, counts),
            list_url=taken["list"],
            done_url=taken["done_list"],
            **context,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        selection = self._selection(request)
        stage = request.POST.get("stage", "")
        if stage == "take" and self._is_taken(request.POST.get("token", "")):
            return self._to_result(selection)
        try:
            seen = unpacked(request.POST.get("findings", "")) if stage else self._named(selection)
            bulk.require_number(len(seen))
        except ServiceError as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(self._list(selection))
        form = StepsForm(request.POST if stage else None, offered=bulk.offered(seen, requester(request)))
        if stage in ("try", "take") and form.is_valid():
            try:
                return self._try(selection, seen, form) if stage == "try" else self._take(selection, seen, form)
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return self._choose(selection, seen, form, 422 if form.errors and stage in ("try", "take") else 200)

    def _selection(self, request: HttpRequest) -> Selection:
        """The list that the findings come from: 404 for a place of others, 403 for whoever takes no steps at all."""
        selection = Selection(FindingResource, request.user, request.GET)
        FindingResource.require_open(request.user)
        AT_ONCE.require(request.user)
        return selection

    def _named(self, selection: Selection) -> dict[int, int]:
        """The findings meant, with their versions; 0 for one that is not there, which the service says by itself."""
        keys = AT_ONCE.named(selection, self.request.POST)
        bulk.require_number(len(keys))
        return {**dict.fromkeys(keys, 0), **dict(self.rows().filter(pk__in=keys).values_list("pk", "version"))}

    # --- the stages --------------------------------------------------------------------------------------------------

    def _choose(self, selection: Selection, seen: dict[int, int], form: StepsForm, status: int) -> HttpResponse:
        return self._show(selection, seen, _("批量办理疑点"), status, form=form)

    def _try(self, selection: Selection, seen: dict[int, int], form: StepsForm) -> HttpResponse:
        outcome = self._steps(seen, form, dry_run=True)
        return self._show(
            selection,
            seen,
            _("确认办理"),
            200,
            outcome=outcome,
            reasons=self._reasons(outcome.refusals),
            repeated=form.repeated(),
            said=[(form.fields[name].label, text) for name, text in _in_words(form)],
            token=secrets.token_hex(8),
        )

    def _take(self, selection: Selection, seen: dict[int, int], form: StepsForm) -> HttpResponse:
        outcome = self._steps(seen, form, dry_run=False)
        self.request.session[TAKEN] = {
            **_kept(outcome),
            "token": self.request.POST.get("token", ""),
            "list": self._list(selection),
            "done_list": self._done_list(selection, outcome),
        }
        return self._to_result(selection)

    def _is_taken(self, token: str) -> bool:
        """Whether the form was sent before: a second click is shown what came of the first."""
        return bool(token) and self.request.session.get(TAKEN, {}).get("token") == token

    def _to_result(self, selection: Selection) -> HttpResponse:
        return HttpResponseRedirect(f"{self.request.path}?{selection.query()}")

    def _steps(self, seen: dict[int, int], form: StepsForm, *, dry_run: bool) -> Outcome:
        by = requester(self.request)
        return bulk.take_many(seen, form.cleaned_data["step"], by=by, dry_run=dry_run, **form.said())

    def _show(
        self, selection: Selection, seen: dict[int, int], title: str, status: int, **context: Any
    ) -> HttpResponse:
        return self.show(
            "crosschecks/finding_steps.html",
            status=status,
            title=title,
            number=len(seen),
            findings=packed(seen),
            query=selection.query(),
            list_url=self._list(selection),
            **context,
        )

    # --- addresses and rows ------------------------------------------------------------------------------------------

    def _list(self, selection: Selection) -> str:
        return f"{FindingResource.list_url()}?{selection.query()}"

    def _done_list(self, selection: Selection, outcome: Outcome) -> str:
        """The list in which the findings that were taken are now: by their rules and the new state."""
        rules = self.rows().filter(pk__in=outcome.done).order_by("rule").values_list("rule", flat=True).distinct()
        query: dict[str, Any] = {"rule": list(rules), "state": str(outcome.step.to_state)}
        if selection.place.chosen:
            query["division"] = selection.place.chosen
        return f"{reverse('finding-list')}?{urlencode(query, doseq=True)}"

    def _reasons(self, refusals: Iterable[Refusal], counts: Sequence[int] = ()) -> list[dict[str, Any]]:
        """Each reason with how many findings it holds and the first of them as rows; one query for all."""
        refusals = list(refusals)
        named = [key for refusal in refusals for key in refusal.findings[:NAMED]]
        columns = [FindingResource.column(name) for name in COLUMNS]
        reader = FindingResource.reader(self.request.user, columns, "pk")
        rows = self.rows().filter(pk__in=named).values_list(*reader.paths) if named else Finding.objects.none()
        found = list(rows)
        drawn = {reader.value(row, "pk"): cells for row, cells in zip(found, reader.table_rows(found), strict=True)}
        shown = []
        for number, refusal in enumerate(refusals):
            count = counts[number] if counts else refusal.count
            first = refusal.findings[:NAMED]
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


def _kept(outcome: Outcome) -> dict[str, Any]:
    """What the session keeps for the page that says what came of it: counts, and the first keys of each reason."""
    return {
        "step": outcome.step.name,
        "done": len(outcome.done),
        "refusals": [
            {"code": one.code, "message": one.message, "count": one.count, "findings": list(one.findings[:NAMED])}
            for one in outcome.refusals
        ],
    }


def _in_words(form: StepsForm) -> list[tuple[str, str]]:
    """What was entered beside the step, for people."""
    found = []
    for name, value in form.said().items():
        if name in form.fields and value not in ("", None):
            choices = dict(getattr(form.fields[name], "choices", ()))
            found.append((name, str(choices.get(value, value))))
    return found
