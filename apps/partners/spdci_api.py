"""The SPDCI addresses: search at once, search answered later, how a search stands. Clients as everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import scope as scopes
from apps.pages.api import exception_handler
from apps.partners.api import ClientAPIView
from apps.partners.choices import VERIFY, JobState
from apps.partners.services import jobs, spdci

CODES = {
    401: "err.request.unauthorized",
    403: "err.request.forbidden",
    404: "err.request.not_found",
    429: "err.request.too_many_requests",
    503: "err.service.unavailable",
}
# Refusals that stand before the message, and those of it.
BEFORE = (401, 403, 500, 503)
STATUS = {JobState.WAITING: "pdng", JobState.DELIVERED: "succ", JobState.FAILED: "rjct"}


def refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal in the standard's words."""
    plain = exception_handler(error, context)
    if plain is None:
        return None
    code = error.code if isinstance(error, spdci.Fault) else CODES.get(plain.status_code, "err.request.bad")
    told = {"code": code, "message": plain.data["detail"]}
    body: dict[str, Any] = {"errors": [told]}
    if plain.status_code not in BEFORE:
        body = {"message": acknowledged("ERR", "", error=told)}
    response = Response(body, status=plain.status_code)
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in plain:
            response[name] = plain[name]
    return response


def acknowledged(status: str, correlation: str, **more: Any) -> dict[str, Any]:
    """The standard's acknowledgement."""
    return {"ack_status": status, "timestamp": spdci.now(), "correlation_id": correlation, **more}


class SpdciView(ClientAPIView):
    """What the three share."""

    scope = VERIFY
    own_refusals = True

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return refusal

    def searches(self, request: Request) -> tuple[spdci.Message, list[spdci.Search]]:
        """The message and its searches; each of them counts against the limit."""
        message = spdci.read(request.data, action="search", caller=self.caller)
        asked = spdci.searches(message, self.caller)
        if len(asked) > 1:
            self.spend(len(asked) - 1)
        return message, asked


class SyncSearchView(SpdciView):
    """POST registry/sync/search."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT, tags=["SPDCI"])
    def post(self, request: Request) -> Response:
        """SPDCI search, answered at once."""
        message, asked = self.searches(request)
        with scopes.acting(self.caller.user, source="api"):
            answers = spdci.answer(self.caller, asked)
        body = {
            "transaction_id": message.transaction_id,
            "correlation_id": message.header["message_id"],
            "search_response": answers,
        }
        return Response(spdci.reply(self.caller, "on-search", body, count=len(answers)))


class SearchView(SpdciView):
    """POST registry/search."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses={202: OpenApiTypes.OBJECT}, tags=["SPDCI"])
    def post(self, request: Request) -> Response:
        """SPDCI search, answered later to a registered address, signed with HMAC-SM3."""
        message, asked = self.searches(request)
        with scopes.acting(self.caller.user, source="api"):
            job = jobs.accept(self.caller, message, asked)
        jobs.ring([(job.pk, job.user_id)])
        return Response({"message": acknowledged("ACK", str(job.correlation_id))}, status=202)


class StatusView(SpdciView):
    """POST registry/sync/txn/status."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT, tags=["SPDCI"])
    def post(self, request: Request) -> Response:
        """How a search of one's own stands that is answered later."""
        message = spdci.read(request.data, action="txn-status", caller=self.caller)
        asked = message.body.get("txnstatus_request")
        if not isinstance(asked, dict) or asked.get("txn_type") != "search":
            raise spdci.Fault("txnstatus_request", code="err.request.bad")
        with scopes.acting(self.caller.user, source="api"):
            job = jobs.find(self.caller, str(asked.get("attribute_type")), asked.get("attribute_value"))
        body = {
            "transaction_id": message.transaction_id,
            "correlation_id": message.header["message_id"],
            "txnstatus_response": {
                "txn_type": "search",
                "txn_status": {
                    "transaction_id": job.transaction_id,
                    "correlation_id": str(job.correlation_id),
                    "status": STATUS[JobState(job.state)],
                    "attempts": job.attempts,
                    "search_response": [],
                },
            },
        }
        return Response(spdci.reply(self.caller, "txn-on-status", body, count=job.count))
