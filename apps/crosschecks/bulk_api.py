"""The REST API of one step on many findings: named one by one, or all that the list's parameters match."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.common.errors import ServiceError
from apps.crosschecks.choices import Level, Workflow
from apps.crosschecks.services import bulk
from apps.crosschecks.tables import AT_ONCE, FindingResource
from apps.pages import problems
from apps.pages.api import answer
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.selection import Selection


class SeenFinding(serializers.Serializer):
    """A finding as it was read; without a version whichever it has now."""

    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class StepsRequest(serializers.Serializer):
    """A step on many findings. `findings` names them; without it all are meant that the parameters match."""

    step = serializers.ChoiceField(choices=[step.name for step in bulk.STEPS_AT_ONCE])
    findings = SeenFinding(many=True, required=False, help_text=f"1 to {bulk.MOST:,}")
    dry_run = serializers.BooleanField(required=False, default=False)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    level = serializers.ChoiceField(choices=Level.values, required=False)
    department = serializers.CharField(max_length=50, required=False, default="", allow_blank=True)
    due_on = serializers.DateField(required=False)
    workflow = serializers.ChoiceField(choices=Workflow.values, required=False, default="", allow_blank=True)


class RefusalAnswer(serializers.Serializer):
    """Why some of the findings were not taken, and which."""

    code = serializers.ChoiceField(choices=["state", "stale", "forbidden", "not_found", "required", "invalid"])
    message = serializers.CharField()
    count = serializers.IntegerField()
    findings = serializers.ListField(child=serializers.IntegerField())


class StepsAnswer(serializers.Serializer):
    """What became of them; of a `dry_run` what would."""

    step = serializers.CharField()
    dry_run = serializers.BooleanField()
    found = serializers.IntegerField()
    done = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = RefusalAnswer(many=True)


class StepsView(APIView):
    """Take one step on many findings; those that cannot be taken are refused by themselves, the others are taken."""

    @extend_schema(
        request=StepsRequest,
        responses=StepsAnswer,
        parameters=[
            OpenApiParameter("rule", str, description="one rule: needed where `findings` names none"),
            OpenApiParameter("division", str, description="12 digits, there and below"),
            OpenApiParameter("state", str, many=True, description="and every other parameter of the list"),
        ],
    )
    @once
    def post(self, request: Request) -> Response:
        """All in one transaction. An `Idempotency-Key` makes it safe to send again."""
        selection = Selection(FindingResource, request.user, request.query_params, strict=True)
        FindingResource.require_open(request.user)
        AT_ONCE.require(request.user)
        if selection.problems:
            return answer(problems.problem(400, errors=problems.entries(selection.problems)))
        given = valid_body(StepsRequest, request.data)
        step, dry_run = given.pop("step"), given.pop("dry_run")
        wanted = _wanted(selection, given.pop("findings", None))
        outcome = bulk.take_many(wanted, step, by=requester(request), dry_run=dry_run, **given)
        return Response(
            {
                "step": outcome.step.name,
                "dry_run": outcome.dry_run,
                "found": outcome.found,
                "done": len(outcome.done),
                "refused": outcome.refused_count,
                "refusals": [
                    {"code": one.code, "message": one.message, "count": one.count, "findings": list(one.rows)}
                    for one in outcome.refusals
                ],
            }
        )


def _wanted(selection: Selection, findings: list[dict[str, Any]] | None) -> dict[int, int | None]:
    """The findings that the request means, with the versions that it names."""
    if findings is not None:
        return {one["id"]: one.get("version") for one in findings}
    if not AT_ONCE.whole(selection):
        raise ServiceError(_("请列出疑点，或只筛选一条规则。"), field="findings", code="required")
    return dict.fromkeys(AT_ONCE.all_of(selection))
