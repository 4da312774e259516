"""The REST API of conflicts and problems: settling the one, taking steps on the other."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.sessions import requester
from apps.pages.api import ReadingViewSet
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.visits.choices import LONGEST_NOTE, Kept, Owner, TaskStep
from apps.visits.services import conflicts, tasks


class SettleBody(serializers.Serializer):
    """Which content counts, and why."""

    kept = serializers.ChoiceField(choices=Kept.choices)
    reason = serializers.CharField(max_length=500)


class TaskStepBody(serializers.Serializer):
    """A step on a problem: `text` with `solve` and `reopen`; `owner` with `owner_name`, or `due_on`, with `assign`."""

    step = serializers.ChoiceField(choices=TaskStep.choices)
    version = serializers.IntegerField(min_value=1)
    text = serializers.CharField(max_length=LONGEST_NOTE, required=False, allow_blank=True, default="")
    owner = serializers.ChoiceField(choices=Owner.choices, required=False, allow_blank=True, default="")
    owner_name = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class VisitConflictViewSet(ReadingViewSet):
    """Conflicts of visits."""

    @extend_schema(request=SettleBody, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    @once
    def settle(self, request: Request, key: str) -> Response:
        """Say once which content counts; both are kept."""
        found, by = self.get_object(key), requester(request)
        if not conflicts.may_settle(by, found) and found.settled_at is None:
            raise PermissionDenied(_("您没有核定这条冲突的权限。"))
        conflicts.settle(found, **valid_body(SettleBody, self.body(request)), by=by)
        return Response(self.current(found))


class VisitTaskViewSet(ReadingViewSet):
    """Problems that visits raised."""

    @extend_schema(request=TaskStepBody, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    @once
    def step(self, request: Request, key: str) -> Response:
        """Take a step; 403 for an account that may do nothing with the problem as it stands."""
        found, by = self.get_object(key), requester(request)
        if not tasks.steps_of(by, found):
            raise PermissionDenied(_("您没有办理这个问题的权限。"))
        given: dict[str, Any] = valid_body(TaskStepBody, self.body(request))
        tasks.take(found, given.pop("step"), by=by, expected_version=given.pop("version"), **given)
        return Response(self.current(found))
