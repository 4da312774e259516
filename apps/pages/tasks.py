"""Background work of the generic layer. A task takes ids; everything else is in `exports`."""

from __future__ import annotations

import time
from pathlib import Path

from celery import shared_task
from celery.utils.log import get_task_logger
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone, translation

from apps.access import scope as scopes
from apps.pages import approvals, exports, languages
from apps.pages.imports import tasks as imports
from apps.pages.models import ANSWER_WITHIN, EXPORT_ROWS_KEPT, EXPORTS_KEPT, ExportJob

log = get_task_logger(__name__)

__all__ = ["export", "imports", "lapse_exports", "purge_exports"]

# Who clears away: sees the jobs and approvals of everybody, and nothing of the register's people needs more.
CARETAKER = scopes.everywhere("view_audit", "view_register", "approve_exports", username="system")


@shared_task
def export(job_id: int, user_id: int) -> None:
    """Write one export in the scope of who asked for it; asked again for a finished one it does nothing."""
    with scopes.acting(scopes.identity(user_id), source="task"):
        user = get_user_model().objects.get(pk=user_id)
    try:
        with scopes.acting(user, source="task"):
            job = exports.of_user(user, job_id)
            if approvals.granted(job):
                with translation.override(languages.first_offered(user.language).code):
                    exports.perform(job, user)
    except Exception:
        log.exception("export %s failed", job_id)
        with scopes.acting(user, source="task"):
            ExportJob.objects.filter(pk=job_id, user=user).update(
                state=ExportJob.State.FAILED, finished_at=timezone.now()
            )


@shared_task
def purge_exports() -> None:
    """Throw away workbooks a day after they were made, drafts of workers that were killed, and after a month the lines
    of the exports themselves with their approvals; the access log keeps what is to be known of them."""
    oldest = time.time() - EXPORTS_KEPT.total_seconds()
    for file in (Path(settings.MEDIA_ROOT) / "exports").glob("*.*"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
    with scopes.acting(CARETAKER, source="task"):
        ExportJob.objects.filter(created_at__lt=timezone.now() - EXPORT_ROWS_KEPT).delete()


@shared_task
def lapse_exports() -> None:
    """Let requests lapse that nobody answered."""
    with scopes.acting(CARETAKER, source="task"):
        approvals.lapse(timezone.now() - ANSWER_WITHIN)
