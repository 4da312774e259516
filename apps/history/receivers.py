"""Sign-in and sign-out go to the access log by themselves, whoever calls Django's login and logout."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from apps.access import scope as scopes
from apps.common.network import client_ip
from apps.history.services import log_access


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    with scopes.acting(user, source="page"):
        log_access(user, "sign_in", division=user.division_id, address=client_ip(request))


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        with scopes.acting(user, source="page"):
            log_access(user, "sign_out", division=user.division_id, address=client_ip(request))
