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
from apps.pages import exports, languages
from apps.pages.imports import tasks as imports
from apps.pages.models import EXPORTS_KEPT, ExportJob

log = get_task_logger(__name__)

__all__ = ["export", "imports", "purge_exports"]


@shared_task
def export(job_id: int, user_id: int) -> None:
    """Write one export in the scope of who asked for it; asked again for a finished one it does nothing."""
    with scopes.acting(scopes.identity(user_id), source="task"):
        user = get_user_model().objects.get(pk=user_id)
    try:
        with scopes.acting(user, source="task"):
            job = exports.of_user(user, job_id)
            if job.state not in (ExportJob.State.DONE, ExportJob.State.FAILED):
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
    """Throw away workbooks a day after they were made, and drafts of workers that were killed."""
    oldest = time.time() - EXPORTS_KEPT.total_seconds()
    for file in (Path(settings.MEDIA_ROOT) / "exports").glob("*.*"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
