"""When failed sign-ins close an account or an address for a while (GB/T 22239-2019, 8.1.4.1 b), on top of axes.

Axes by itself forgets at a successful sign-in every failure of the *address*: whoever has an account of his own could
then try a neighbour's password for ever, four times and once his own. Here a success forgets its own account's only.
"""

from __future__ import annotations

import re
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Exists, OuterRef, Sum
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.accounts.models import USERNAME


class Guard(AxesDatabaseHandler):
    """Counts failures per account and, with a higher limit of its own, per address."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The failures within the cool-off time, as a number to compare with `AXES_FAILURE_LIMIT`.

        Those of the address are scaled, so that both limits are reached at the same number.
        """
        of_account, of_address = (
            sum(attempts.values_list("failures_since_start", flat=True))
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(of_account, of_address * settings.AXES_FAILURE_LIMIT // settings.ADDRESS_FAILURE_LIMIT)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forget the failures of the account that signed in, and nobody else's."""
        count, _each = AccessAttempt.objects.filter(username=counted_name(request, credentials)).delete()
        return count


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Under what name a failure is counted: the account's, case-folded.

    What is no user name, or might be a citizen or phone number, may have been typed into the wrong box: only a keyed
    digest of it is kept.
    """
    name = str((credentials or {}).get("username") or "").lower()
    return (
        name
        if re.match(USERNAME, name) and not re.match(r"\d{11}", name)
        else f"~{salted_hmac('sign-in', name).hexdigest()[:16]}"
    )


def closed_accounts() -> Exists:
    """Expression on accounts: whether failed sign-ins have closed this one now, by what `Guard` counts."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    failures = AccessAttempt.objects.filter(username=OuterRef("username"), attempt_time__gte=since)
    totals = failures.order_by().values("username").annotate(total=Sum("failures_since_start"))
    return Exists(totals.filter(total__gte=settings.AXES_FAILURE_LIMIT))


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether the account or the address is closed now; the request remembers it for `locked_out`."""
    locked = not AxesProxyHandler.is_allowed(request, {"username": username})
    if locked:
        request.axes_locked_out = True  # type: ignore[attr-defined]
    return locked


def count_failure(request: HttpRequest, username: str) -> None:
    """Count a wrong code, or a wrong old password, like a failed sign-in of the account."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)


def locked_out(request: HttpRequest) -> bool:
    """Whether this request met a lock, or was the one that closed it."""
    return bool(getattr(request, "axes_locked_out", False))


def own_answer(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """The view's own answer to a locked-out request, in place of axes' plain text."""
    return response


@receiver(pre_save, sender=AccessAttempt)
def _keep_no_query(sender: type[AccessAttempt], instance: AccessAttempt, **kwargs: Any) -> None:
    """The page asked for may name persons in its query; none of it is needed to count failures."""
    instance.get_data = instance.post_data = ""
