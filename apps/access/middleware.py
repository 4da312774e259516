"""One transaction per request, in the scope of who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from apps.access import scope as scopes

View = Callable[..., HttpResponse]


def own_transactions(view: View) -> View:
    """Mark a view that opens its transactions itself: what it wrote before refusing must stay (failed sign-ins)."""
    view.own_transactions = True  # type: ignore[attr-defined]
    return view


class ScopeMiddleware:
    """Run the view *and the rendering of its answer* in one transaction that carries the requester's scope.

    Django's ATOMIC_REQUESTS ends the transaction before a template response is rendered; a lazy queryset read in the
    template would then see no rows at all. An exception rolls everything back, and so does an answer of 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        source = "api" if request.path.startswith("/api/") else "page"
        scope = scopes.of(request.user, source=source)
        request.scope = scope  # type: ignore[attr-defined]  # read by templates and views
        if getattr(view, "own_transactions", False):
            return None
        request.in_transaction = True  # type: ignore[attr-defined]  # for the API's exception handler
        with scopes.activate(scope), transaction.atomic():
            response = view(request, *args, **kwargs)
            if hasattr(response, "render") and callable(response.render):
                response = response.render()
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
