"""The REST API of the library and of projects beyond the generic resources: one row with its log, taking a step."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.sessions import requester
from apps.funds.asset_choices import AssetForm, AssetKind, OwnerKind
from apps.funds.choices import FundKind
from apps.funds.notice_views import notices_in_body
from apps.funds.project_choices import EvaluationGrade
from apps.funds.project_forms import said_of, selection_of
from apps.funds.project_tables import LibraryItemResource, ProjectResource
from apps.funds.services import beneficiaries, library, negative, projects
from apps.funds.services.negative import Answers
from apps.pages.api import ReadingViewSet, ResourceViewSet
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import MOMENT
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.way_api import WayStepView, way_body

MONEY: dict[str, Any] = {"max_digits": 16, "decimal_places": 2, "min_value": 0}


def _optional(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, default="", allow_blank=True)


class StepRequest(serializers.Serializer):
    """A step, based on the version that was read. `answers` are texts by the key of the entry of the negative list."""

    version = serializers.IntegerField(min_value=1)
    note = _optional(LONGEST_NOTE)
    on = serializers.DateField(required=False)
    none_found = serializers.BooleanField(required=False, default=False)
    answers = serializers.DictField(child=serializers.CharField(max_length=LONGEST_NOTE), required=False)


class LibraryStepRequest(StepRequest):
    """A step of an item of the library."""

    step = serializers.ChoiceField(choices=list(library.WAY.steps))
    approval_no = _optional(60)
    unit = _optional(100)
    person_in_charge = _optional(50)
    plan_start = serializers.DateField(required=False)
    plan_end = serializers.DateField(required=False)


class ContentRequest(serializers.Serializer):
    """What an approved change changes."""

    name = serializers.CharField(max_length=100, required=False)
    scale = serializers.CharField(max_length=500, required=False)
    site = serializers.CharField(max_length=100, required=False, allow_blank=True)
    budget = serializers.DecimalField(**MONEY, required=False)
    subsidy_standard = serializers.CharField(max_length=200, required=False, allow_blank=True)
    unit = serializers.CharField(max_length=100, required=False)
    person_in_charge = serializers.CharField(max_length=50, required=False)
    target = serializers.CharField(max_length=1000, required=False)
    mechanism = serializers.CharField(max_length=1000, required=False)
    plan_start = serializers.DateField(required=False)
    plan_end = serializers.DateField(required=False)


class ProjectStepRequest(StepRequest):
    """A step of a project."""

    step = serializers.ChoiceField(choices=list(projects.WAY.steps))
    month = serializers.DateField(required=False)
    percent = serializers.IntegerField(min_value=0, max_value=100, required=False)
    spent = serializers.DecimalField(**MONEY, required=False)
    supervisor_name = _optional(50)
    township = _optional(50)
    department = _optional(50)
    supervisor = _optional(50)
    score = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False)
    grade = serializers.ChoiceField(choices=EvaluationGrade.values, required=False)
    evaluation = _optional(1000)
    content = ContentRequest(required=False)
    asset_kind = serializers.ChoiceField(choices=AssetKind.choices, required=False)
    asset_form = serializers.ChoiceField(choices=AssetForm.choices, required=False)
    asset_value = serializers.DecimalField(**MONEY, required=False)
    asset_source = serializers.ChoiceField(choices=FundKind.choices, required=False)
    asset_owner_kind = serializers.ChoiceField(choices=OwnerKind.choices, required=False)
    asset_owner = _optional(100)
    asset_manager = _optional(60)
    asset_company = serializers.BooleanField(required=False, default=False)


def _answers(given: dict[str, Any]) -> Answers:
    """What is said of the negative list; keys that are no numbers name no entry."""
    texts = {int(key) if key.isdigit() else 0: text for key, text in given.pop("answers", {}).items()}
    return Answers(texts, none_found=given.pop("none_found", False))


def item_body(user: Any, key: int) -> dict[str, Any]:
    """An item with its beneficiaries, and a warning for each that is helped twice."""
    body = way_body(LibraryItemResource, library.WAY, user, key)
    found = LibraryItemResource.rows(user).get(pk=key)
    return {
        **body,
        "beneficiaries": beneficiaries.codes_of(found, user),
        "warnings": beneficiaries.doubles(found),
        "notices": notices_in_body(found, user),
    }


def project_body(user: Any, key: int) -> dict[str, Any]:
    """A project with what was answered to the negative list."""
    body = way_body(ProjectResource, projects.WAY, user, key)
    found = ProjectResource.rows(user).get(pk=key)
    return {
        **body,
        "notices": notices_in_body(found, user),
        "negative_checks": [
            {
                "item": check.item_id,
                "name": check.item_name or None,
                "words": check.words or None,
                "answer": check.answer or None,
                "content_version": check.content_version,
                "by": check.by_name,
                "at": MOMENT.json(check.at),
            }
            for check in negative.checks_of(found, user)
        ],
    }


class LibraryItemViewSet(ResourceViewSet):
    """Items of the library; one comes with its beneficiaries, warnings, log and steps."""

    def current(self, found: Any) -> dict[str, Any]:
        return item_body(self.request.user, found.pk)


class ProjectViewSet(ReadingViewSet):
    """Projects; one comes with its log, its steps and what was answered to the negative list."""

    def current(self, found: Any) -> dict[str, Any]:
        return project_body(self.request.user, found.pk)


class LibraryStepView(WayStepView):
    """A step of an item of the library."""

    resource_of, way = LibraryItemResource, library.WAY

    @extend_schema(request=LibraryStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(LibraryStepRequest, request.data)
        said = library.Said(
            note=given["note"], on=given.get("on"), selection=selection_of(given), answers=_answers(given)
        )
        library.take(found, given["step"], by=requester(request), said=said, expected_version=given["version"])
        return Response(item_body(request.user, key))


class ProjectStepView(WayStepView):
    """A step of a project."""

    resource_of, way = ProjectResource, projects.WAY

    @extend_schema(request=ProjectStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(ProjectStepRequest, request.data)
        said = said_of(given, _answers(given), given.get("content", {}))
        projects.take(found, given["step"], by=requester(request), said=said, expected_version=given["version"])
        return Response(project_body(request.user, key))
