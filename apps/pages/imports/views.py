"""Pages of the import: one's batches, upload, what a file would change, confirmation, progress, error workbook."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access import policy
from apps.common.errors import ServiceError
from apps.history.services import log_access
from apps.pages.export_views import attachment
from apps.pages.imports import services, vault
from apps.pages.imports.forms import UploadForm
from apps.pages.imports.importer import Importer, Outcome, importer
from apps.pages.imports.models import ImportBatch, StagedUnit
from apps.pages.imports.tables import COLOURS, BatchResource, offered_to
from apps.pages.places import Places
from apps.pages.views import DetailPage, ListPage, ResourceView

PAGE_SIZE = 50
# What needs a decision comes first.
TABS = (Outcome.REFUSED, Outcome.CHANGED, Outcome.ADDED, Outcome.UNCHANGED)


class BatchList(ListPage):
    """One's own batches, and the way to a new one."""

    def show(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        return super().show(template, status=status, offered=offered_to(self.request.user), **context)


class UploadPage(ResourceView):
    """Choosing a file. It is looked at while the requester waits, and read by a worker."""

    resource = BatchResource
    page = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            self.importer: Importer = importer(kwargs["kind"])
        except KeyError:
            raise Http404 from None
        policy.require(request.user, self.importer.capability)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        return self._show(UploadForm(self.importer))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        form = UploadForm(self.importer, request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                batch = services.submit(
                    request.user,
                    self.importer,
                    file,
                    file.name,
                    year=form.cleaned_data.get("year"),
                    source="page",
                )
            except ServiceError as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(BatchResource.url("detail", batch.pk))
        return self._show(form, status=422)

    def _show(self, form: UploadForm, *, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "importer": self.importer,
            "template_url": reverse(self.importer.template_url),
            "title": _("导入%(what)s") % {"what": self.importer.title},
            "back_url": BatchResource.list_url(),
        }
        return self.show("imports/upload.html", status=status, **context)


class BatchPage(DetailPage):
    """One batch: what became of its file so far, and per household what is or was to be done."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        batch = self.get_object(key)
        show = request.GET.get("show") or next(
            (tab for tab in TABS if getattr(batch.counts, tab.name.lower())), Outcome.ADDED
        )
        if show not in Outcome.values:
            raise Http404
        units, after = page_of_units(request.user, batch, show, request.GET.get("after", ""))
        context = {
            "batch": batch,
            "done": services.progress_of(batch),
            "tabs": [(tab, tab.label, getattr(batch.counts, tab.name.lower())) for tab in TABS],
            "show": show,
            "units": list(zip(units, place_names(units), strict=True)),
            "after": after,
            "title": batch.file_name,
            "colour": COLOURS[batch.state],
        }
        partial = request.headers.get("HX-Target") == "batch"
        response = self.show("imports/_batch.html" if partial else "imports/batch.html", **context)
        response["Cache-Control"] = "no-store"
        return response


class BatchStep(ResourceView):
    """Confirming or discarding a batch."""

    resource = BatchResource
    step: str = ""

    def post(self, request: HttpRequest, key: int) -> HttpResponse:
        batch = self.get_object(key)
        if not policy.can(request.user, batch.importer.capability, batch):
            raise PermissionDenied(_("您没有导入数据的权限。"))
        try:
            if self.step == "confirm":
                services.confirm(batch, request.user)
            else:
                services.discard(batch)
                messages.success(request, _("已放弃这次导入，没有写入任何数据。"))
        except ServiceError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(BatchResource.url("detail", key))


class BatchReport(ResourceView):
    """The error workbook: the refused rows and why."""

    resource = BatchResource

    def get(self, request: HttpRequest, key: int) -> FileResponse:
        return report_of(self.get_object(key), request.user)


def report_of(batch: ImportBatch, user: Any) -> FileResponse:
    """The error workbook of a batch, decrypted on its way out and put on record; Http404 when there is none."""
    if not batch.report:
        raise Http404
    log_access(user, "download", division=batch.division_id, obj=batch, rows=batch.counts.refused)
    with vault.opened(batch.report) as file:
        return attachment(io.BytesIO(file.read()), _("未导入的数据"))


def page_of_units(user: Any, batch: ImportBatch, outcome: str, after: str) -> tuple[list[StagedUnit], int | None]:
    """One page of a batch's households of an outcome, in the order of the file, and where the next one begins."""
    rows = StagedUnit.objects.visible_to(user).filter(batch=batch, outcome=outcome).order_by("seq")
    if after:
        if not (after.isascii() and after.isdigit() and len(after) < 10):
            raise Http404
        rows = rows.filter(seq__gt=int(after))
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].seq if len(found) > PAGE_SIZE else None


def place_names(units: list[StagedUnit]) -> list[str]:
    """Where each household is, in words; one query."""
    places = Places.of(unit.division_id for unit in units)
    return [places.short(unit.division_id) for unit in units]
