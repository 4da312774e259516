"""批量结对 and 批量交接: whom, a preview of what would come of it, and doing it. Nothing is written before that.

What a second click sends once more is refused row by row, because it is done already.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.sessions import requester
from apps.cadres import services
from apps.cadres.bulk_forms import HandOverForm, PairForm
from apps.cadres.models import Cadre
from apps.cadres.services.pairing import USUAL_MOST, Outcome, require_number
from apps.cadres.tables import HAND_OVER, PAIR, PairingResource
from apps.common.errors import ServiceError
from apps.households.tables import HouseholdResource
from apps.pages.bulk import Bulk
from apps.pages.resources import Resource
from apps.pages.selection import Selection
from apps.pages.views import ResourceView

NAMED = 20
"""So many rows are named under each reason before the others are only counted."""


class AtOncePage(ResourceView, ABC):
    """What both have in common: the rows of a list, a form, a preview."""

    page = "at_once"
    bulk: ClassVar[Bulk]
    form: ClassVar[type[PairForm]]
    heading: ClassVar[str | Promise]
    columns: ClassVar[tuple[str, ...]]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Nothing is asked here without rows: back to the list they are chosen from."""
        return HttpResponseRedirect(self._list(self._selection(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        selection = self._selection(request)
        stage = request.POST.get("stage", "")
        try:
            keys = self._sent() if stage else self.bulk.named(selection, request.POST)
            require_number(len(keys))
        except ServiceError as error:
            messages.warning(request, str(error))
            return HttpResponseRedirect(self._list(selection))
        form = self.form(request.POST if stage else None, user=request.user)
        if stage in ("try", "take") and form.is_valid():
            try:
                outcome = self.act(keys, form.cleaned_data, dry_run=stage == "try")
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                if stage == "take":
                    return self._done(outcome, form.cleaned_data["cadre"])
                return self._show(selection, keys, outcome=outcome, form=form, status=200)
        return self._show(selection, keys, form=form, status=422 if stage in ("try", "take") else 200)

    @abstractmethod
    def act(self, keys: list[int], given: dict[str, Any], *, dry_run: bool) -> Outcome:
        """Do it, or say what would come of it."""

    def _selection(self, request: HttpRequest) -> Selection:
        """The list that the rows come from: 404 for a place of others, 403 for whoever pairs nowhere."""
        selection = Selection(self.resource, request.user, request.GET)
        self.resource.require_open(request.user)
        self.bulk.require(request.user)
        return selection

    def _sent(self) -> list[int]:
        written = self.request.POST.get("rows", "").split(",")
        if not all(key.isascii() and key.isdigit() and len(key) <= 18 for key in written):
            raise BadRequest(_("没有这些记录。"))
        return list(map(int, written))

    def _show(
        self, selection: Selection, keys: list[int], *, form: PairForm, status: int, outcome: Outcome | None = None
    ) -> HttpResponse:
        return self.show(
            "cadres/at_once.html",
            status=status,
            title=self.heading,
            number=len(keys),
            keys=",".join(map(str, keys)),
            query=selection.query(),
            list_url=self._list(selection),
            form=form,
            outcome=outcome,
            usual=USUAL_MOST,
            reasons=self._reasons(outcome) if outcome else [],
        )

    def _done(self, outcome: Outcome, cadre: Cadre) -> HttpResponse:
        number = len(outcome.done)
        messages.success(self.request, ngettext("已办理 %(n)d 户。", "已办理 %(n)d 户。", number) % {"n": number})
        if refused := outcome.refused_count:
            said = ngettext("%(n)d 户不能办理，保持原样。", "%(n)d 户不能办理，保持原样。", refused) % {"n": refused}
            messages.warning(self.request, said)
        if outcome.too_many:
            messages.warning(
                self.request,
                _("%(name)s现结对 %(n)d 户，超过 %(most)d 户，难以做到经常入户。")
                % {"name": cadre.name, "n": outcome.in_force, "most": USUAL_MOST},
            )
        return HttpResponseRedirect(f"{PairingResource.list_url()}?{urlencode({'cadre': cadre.pk, 'running': 'true'})}")

    def _list(self, selection: Selection) -> str:
        return f"{self.resource.list_url()}?{selection.query()}"

    def _reasons(self, outcome: Outcome) -> list[dict[str, Any]]:
        """Each reason with how many rows it holds and the first of them, as far as they are the user's."""
        columns = [self.resource.column(name) for name in self.columns]
        reader = self.resource.reader(self.request.user, columns)
        shown = []
        for refusal in outcome.refusals:
            rows = self.rows().filter(pk__in=refusal.rows[:NAMED]).order_by("pk").values_list(*reader.paths)
            lines = list(reader.table_rows(list(rows)))
            shown.append(
                {
                    "message": refusal.message,
                    "count": refusal.count,
                    "columns": columns,
                    "rows": lines,
                    "more": refusal.count - len(lines),
                }
            )
        return shown


class PairPage(AtOncePage):
    """Households to a cadre."""

    resource: type[Resource] = HouseholdResource
    bulk = PAIR
    form = PairForm
    heading = gettext_lazy("批量结对")
    columns = ("head", "code", "division", "status")

    def act(self, keys: list[int], given: dict[str, Any], *, dry_run: bool) -> Outcome:
        on: date = given["on"]
        return services.pair_many(keys, given["cadre"], by=requester(self.request), on=on, dry_run=dry_run)


class HandOverPage(AtOncePage):
    """Pairings from one cadre, or several, to another."""

    resource: type[Resource] = PairingResource
    bulk = HAND_OVER
    form = HandOverForm
    heading = gettext_lazy("批量交接")
    columns = ("name", "household", "head", "division")

    def act(self, keys: list[int], given: dict[str, Any], *, dry_run: bool) -> Outcome:
        return services.hand_over_many(
            keys,
            given["cadre"],
            by=requester(self.request),
            on=given["on"],
            reason=given["reason"],
            dry_run=dry_run,
        )
