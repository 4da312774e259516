"""Exports: what a list shows, as a workbook; small ones at once, large ones by a worker in the requester's scope."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.common.wording import clauses, labelled
from apps.divisions import codes
from apps.history import origin
from apps.history.services import log_access
from apps.pages import approvals, workbook
from apps.pages.models import ExportJob
from apps.pages.places import Places
from apps.pages.resources import Resource
from apps.pages.selection import Selection

AT_ONCE = 1000


def may_export(selection: Selection, user: Any) -> bool:
    """Whether the user may take out rows of the place asked for."""
    return policy.can(user, selection.resource.export_capability(), selection.place.code)


def select(resource: type[Resource], user: Any, params: QueryDict) -> Selection:
    """What a query string asks to take out; PermissionDenied without the right to, ServiceError if it is wrong."""
    selection = Selection(resource, user, params, rows=resource.exportable(user))
    if not may_export(selection, user):
        raise PermissionDenied(_("您没有导出这些数据的权限。"))
    if selection.problems:
        raise ServiceError(_("查询条件有误，无法导出。"), status=400)
    return selection


def is_small(selection: Selection) -> bool:
    """Whether the rows are few enough to be written while the requester waits."""
    return selection.rows.order_by().values("pk")[: AT_ONCE + 1].count() <= AT_ONCE


def title_of(selection: Selection) -> str:
    """What the workbook is called: the kind of rows and their place."""
    place = selection.place.code
    name = selection.resource.plural()
    return f"{name}_{Places.of([place]).full(place).replace(' ', '')}" if place else name


def write(
    selection: Selection,
    user: Any,
    target: BinaryIO | str,
    *,
    progress: Callable[[int], None] = lambda rows: None,
    about: Mapping[str, str] | None = None,
) -> int:
    """Write the selection's rows into a workbook and record the export, in the caller's transaction; how many rows.

    Who, when, place and request id stand on the sheet of notes and on every printed page; `about` adds to the notes.
    """
    columns = selection.columns()
    place = selection.place.code or user.division_id
    reader = selection.resource.reader(user, columns)
    rows = selection.keys.ordered(selection.rows).values_list(*reader.paths).iterator(chunk_size=workbook.CHUNK)
    notes = {
        _("内容"): title_of(selection),
        _("所在地"): codes.text(place),
        _("查询条件"): clauses(labelled(chip.label, chip.text) for chip in selection.filters.chips()) or _("无"),
        _("导出人"): f"{user} ({user.username})",
        _("导出时间"): timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"),
        _("请求编号"): origin.current().request_id,
        **(about or {}),
    }
    mark = (f"{user} ({user.username})", notes[_("导出时间")], codes.text(place), notes[_("请求编号")])
    count = workbook.write(
        target,
        selection.resource.plural(),
        reader,
        _counting(rows, progress),
        notes,
        mark=" ".join(filter(None, mark)),
    )
    log_access(
        user,
        "export",
        division=place,
        kind=selection.resource.model._meta.label_lower,
        fields=[column.name for column in columns],
        rows=count,
    )
    return count


@transaction.atomic
def submit(selection: Selection, user: Any, *, reason: str = "", wait: bool = False) -> ExportJob:
    """A job for a worker. Whoever calls this starts the task after the commit.

    `wait`: only after a second person agreed; the same question, still waiting, is not asked twice. Raises ServiceError
    without a reason, or when nobody could agree.
    """
    resource = selection.resource
    asked = {"user": user, "resource": f"{resource.__module__}.{resource.__qualname__}", "query": selection.query()}
    if wait:
        before = ExportJob.objects.filter(**asked, state=ExportJob.State.ASKED).order_by("-pk").first()
        if before is not None and before.stage == ExportJob.State.ASKED:
            return before
    job = ExportJob.objects.create(
        **asked,
        division_id=user.division_id,
        title=title_of(selection)[:200],
        state=ExportJob.State.ASKED if wait else ExportJob.State.WAITING,
        reach=approvals.reach_of(selection, user),
        expected_rows=selection.count[0] if selection.count[1] else None,
    )
    if wait:
        job.expected_rows = approvals.ask(selection, job, reason).rows
        job.save(update_fields=["expected_rows"])
    return job


def require_fetch(job: ExportJob, user: Any) -> None:
    """PermissionDenied when the right to take these rows out was lost since: a post ended, a place was left."""
    resource: type[Resource] = import_string(job.resource)
    held = scopes.of(user).ranges_of(resource.export_capability())
    if not held or not all(scopes.lies_in((low, high), held) for low, high in job.reach):
        raise PermissionDenied(_("您已没有导出这些数据的权限，文件不能再下载。"))


def perform(job: ExportJob, user: Any) -> None:
    """Write the job's workbook; the file appears under its name only when it is whole."""
    resource: type[Resource] = import_string(job.resource)
    selection = select(resource, user, QueryDict(job.query))
    job.path.parent.mkdir(parents=True, exist_ok=True)
    draft = job.path.with_suffix(".draft")
    with contextlib.ExitStack() as stack:
        stack.callback(draft.unlink, missing_ok=True)
        job.rows = write(
            selection,
            user,
            str(draft),
            progress=lambda rows: cache.set(_progress_key(job), rows, 3600),
            about=_approval_notes(job),
        )
        os.chmod(draft, 0o600)
        draft.rename(job.path)
    job.state, job.finished_at = ExportJob.State.DONE, timezone.now()
    job.save(update_fields=["state", "rows", "finished_at"])


def _approval_notes(job: ExportJob) -> dict[str, str]:
    """Why the rows were taken out and who agreed, for the workbook of an export that waited."""
    if job.state != ExportJob.State.ASKED:
        return {}
    return {_("用途"): job.approval.reason, _("批准人"): job.approval.decided_by_name}


def progress_of(job: ExportJob) -> int:
    """Rows written so far; kept in the cache, because the job's own transaction shows nothing until it ends."""
    return job.rows or cache.get(_progress_key(job), 0)


def of_user(user: Any, key: int) -> ExportJob:
    """A user's own job; Http404 for any other, also for those who may see that it exists."""
    job = ExportJob.objects.filter(user=user, pk=key).select_related("approval").first()
    if job is None:
        raise Http404
    return job


def latest(user: Any) -> list[ExportJob]:
    """A user's own jobs of late, newest first."""
    return list(ExportJob.objects.filter(user=user).select_related("approval").order_by("-pk")[:50])


def _progress_key(job: ExportJob) -> str:
    return f"export-progress:{job.pk}"


def _counting(rows: Iterator[Any], progress: Callable[[int], None]) -> Iterator[Any]:
    for number, row in enumerate(rows, start=1):
        if number % workbook.CHUNK == 0:
            progress(number)
        yield row
