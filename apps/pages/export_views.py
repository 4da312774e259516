"""Exports: asking for one, watching it, fetching the file."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import View

from apps.access import policy
from apps.common.errors import ServiceError
from apps.history.services import log_access
from apps.pages import approvals, errors, exports, tasks
from apps.pages.models import ExportJob
from apps.pages.resources import Resource

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    "xlsx": MEDIA_TYPE,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class ExportPage(View):
    """Take out what a list shows: the file at once when it is small, else a job to wait for."""

    resource: type[Resource] = Resource

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        reason = request.POST.get("reason")
        try:
            answer = start(self.resource, request, reason or "")
        except ServiceError as error:
            if error.field == "reason":  # a large one: the page asks what it is for
                return self.ask(request, reason or "", error if reason is not None else None)
            return errors.answer(request, error.status, str(error))
        if isinstance(answer, ExportJob):
            return HttpResponseRedirect(reverse("export-detail", args=[answer.pk]))
        return answer

    def ask(self, request: HttpRequest, reason: str, error: ServiceError | None) -> HttpResponse:
        """The form for the purpose of an export that a second person has to approve."""
        selection = exports.select(self.resource, request.user, request.GET)
        context = {
            "title": _("申请导出"),
            "selection": selection,
            "what": exports.title_of(selection),
            "most": settings.EXPORT_APPROVAL_ROWS,
            "columns": [(one, one.sensitive(self.resource.model)) for one in selection.columns()],
            "chips": list(selection.filters.chips()),
            "reason": reason,
            "problem": error and error.message,
            "back_url": f"{self.resource.list_url()}?{selection.query()}",
        }
        return render(request, "pages/export_ask.html", context, status=422 if error else 200)


def start(resource: type[Resource], request: HttpRequest, reason: str = "") -> FileResponse | ExportJob:
    """The workbook, or the job that a worker will do after this transaction or after a second person agreed.

    ServiceError on the field `reason` when an export that must be approved gives none.
    """
    selection = exports.select(resource, request.user, request.GET)
    wait = approvals.needed(selection)
    if not wait and exports.is_small(selection):
        file = io.BytesIO()
        exports.write(selection, request.user, file)
        file.seek(0)
        return attachment(file, exports.title_of(selection))
    job = exports.submit(selection, request.user, reason=reason, wait=wait)
    log_access(
        request.user,
        "export",
        division=selection.place.code or job.division_id,
        kind=resource.model._meta.label_lower,
        key=str(job.pk),
        fields=[column.name for column in selection.columns()],
        rows=job.expected_rows,
        reason=reason.strip(),
        result="requested",
    )
    if wait:
        return job
    transaction.on_commit(lambda: tasks.export.delay(job.pk, job.user_id))
    return job


def attachment(file: Any, title: str, *, suffix: str = "xlsx") -> FileResponse:
    """A workbook, or a document (`docx`), to be saved under its title and the day."""
    name = f"{title}_{timezone.localdate():%Y%m%d}.{suffix}"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=MEDIA_TYPES[suffix])
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@never_cache
def export_list(request: HttpRequest) -> HttpResponse:
    """One's own exports of late."""
    context = {
        "jobs": exports.latest(request.user),
        "may_approve": policy.can(request.user, approvals.CAPABILITY),
        "title": _("我的导出"),
    }
    return render(request, "pages/exports.html", context)


@require_safe
@never_cache
def export_detail(request: HttpRequest, key: int) -> HttpResponse:
    """One export: how far it is, then the file. The page asks again by itself while the worker writes."""
    job = exports.of_user(request.user, key)
    context = {"job": job, "done": exports.progress_of(job), "title": _("导出")}
    partial = request.headers.get("HX-Target") == "export"
    return render(request, "pages/_export.html" if partial else "pages/export.html", context)


@require_safe
@never_cache
def export_file(request: HttpRequest, key: int) -> HttpResponseBase:
    """The finished workbook; Http404 when it is not one's own, not finished or thrown away."""
    job = exports.of_user(request.user, key)
    if not job.ready:
        raise Http404
    exports.require_fetch(job, request.user)
    log_access(request.user, "download", division=job.division_id, obj=job, rows=job.rows, reason=job.title)
    return attachment(job.path.open("rb"), job.title)
