"""Sign-in, failure, lock-out and sign-out go to the access log by themselves, whoever calls Django's functions."""

from __future__ import annotations

from typing import Any

from axes.helpers import get_client_username
from axes.signals import user_locked_out
from celery.signals import task_postrun, task_prerun
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from apps.access import scope as scopes
from apps.divisions.models import Division
from apps.history import origin
from apps.history.services import log_access


@task_prerun.connect
def _task_begins(task_id: str, **kwargs: Any) -> None:
    """A worker's log lines and records carry the id of the task."""
    origin.begin(origin.Origin(request_id=str(task_id)[:64]))


@task_postrun.connect
def _task_ends(**kwargs: Any) -> None:
    origin.begin(origin.NOWHERE)


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    with scopes.acting(user, source="page"):
        log_access(user, "sign_in", division=user.division_id)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        with scopes.acting(user, source="page"):
            log_access(user, "sign_out", division=user.division_id)


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Axes' own receiver ran before: an attempt that it turned away, or that closes the door, is its to report."""
    if request is not None and not getattr(request, "axes_locked_out", False):
        _nobody(get_client_username(request, credentials) or "", "sign_fail")


@receiver(user_locked_out)
def _locked(sender: Any, username: str | None, **kwargs: Any) -> None:
    _nobody(username or "", "locked")


def _nobody(name: str, action: str) -> None:
    """Somebody failed to sign in under a name; it stands with the account of that name, if there is one.

    `name` is as failures are counted: what may be a number typed into the wrong box is a digest by then.
    """
    with scopes.activate(scopes.signing_in(name)), transaction.atomic():
        user = get_user_model().objects.filter(username=name).first()
        region = Division.objects.filter(parent=None).values_list("pk", flat=True).first()
        place = user.division_id if user is not None else region
        if place is not None:
            log_access(user, action, division=place, username=name, result="failed")
