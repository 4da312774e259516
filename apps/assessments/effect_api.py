"""The REST API of 成效考核 beyond the generic resources: one assessment with its scores, a step, the ranking."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.assessments.choices import EFFECTS
from apps.assessments.effect_choices import EffectGrade
from apps.assessments.effect_tables import EffectResource
from apps.assessments.models.assessment import LONGEST, LONGEST_NOTE
from apps.assessments.services import effect_reading, effect_steps
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.pages.api import ReadingViewSet, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import DATE, MOMENT
from apps.pages.way_api import WayStepView, steps_and_log


class ProblemRequest(serializers.Serializer):
    """A problem that is fed back, with its day."""

    text = serializers.CharField(max_length=LONGEST_NOTE)
    due_on = serializers.DateField()


class EffectStepRequest(serializers.Serializer):
    """A step of a place's assessment, based on the version that was read. `answers`: by the id of a problem."""

    step = serializers.ChoiceField(choices=list(effect_steps.WAY.steps))
    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)
    text = serializers.CharField(max_length=LONGEST, required=False, default="", allow_blank=True)
    code = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    cases = serializers.IntegerField(min_value=0, max_value=1000, required=False)
    grade = serializers.ChoiceField(choices=EffectGrade.values, required=False, default="", allow_blank=True)
    problems = ProblemRequest(many=True, required=False)
    answers = serializers.DictField(child=serializers.CharField(max_length=LONGEST_NOTE), required=False)


def _number(value: Any) -> str | None:
    return None if value is None else str(value)


def effect_body(user: Any, key: int) -> dict[str, Any]:
    """An assessment as the API shows it to this reader; Http404 when it is not among his."""
    found = EffectResource.rows(user).filter(pk=key).first()
    if found is None:
        raise Http404
    return {
        **object_body(EffectResource, user, key),
        **steps_and_log(effect_steps.WAY, user, found, effect_reading.log_of(user, found)),
        "frozen": found.frozen,
        "scores": [
            {
                "id": score.pk,
                "indicator": score.code,
                "deducts": score.deducts,
                "weight": score.weight,
                "source": score.source,
                "value": _number(score.value),
                "numerator": _number(score.numerator),
                "denominator": _number(score.denominator),
                "worst": _number(score.worst),
                "best": _number(score.best),
                "points": _number(score.points),
                "missing": score.missing or None,
                "counted": score.counted,
                "note": score.note,
                "at": MOMENT.json(score.settled_at),
            }
            for score in effect_reading.scores_of(user, found)
        ],
        "problems": [
            {
                "id": one.pk,
                "text": one.text,
                "due_on": DATE.json(one.due_on),
                "answer": one.answer,
                "answered_on": DATE.json(one.answered_on),
                "problem": one.problem,
            }
            for one in effect_reading.problems_of(user, found)
        ],
    }


class EffectViewSet(ReadingViewSet):
    """成效考核; one comes with its scores, problems, log and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        return effect_body(self.request.user, found.pk)


class EffectStepView(WayStepView):
    """Take a step of a place's assessment."""

    resource_of, way = EffectResource, effect_steps.WAY

    @extend_schema(request=EffectStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found = self.found(request, key)
        given = valid_body(EffectStepRequest, request.data)
        said = effect_steps.Said(
            note=given["note"],
            text=given["text"],
            code=given["code"],
            cases=given.get("cases"),
            grade=given["grade"],
            problems=[(one["text"], one["due_on"]) for one in given.get("problems", ())],
            answers=_answers(given.get("answers", {})),
        )
        effect_steps.take(found, given["step"], by=requester(request), said=said, expected_version=given["version"])
        return Response(effect_body(request.user, key))


def _answers(given: dict[str, str]) -> dict[int, str]:
    if not all(key.isdigit() and len(key) < 19 for key in given):
        raise ServiceError(_("请填写所反馈问题的整改情况。"), field="answers", code="invalid")
    return {int(key): text for key, text in given.items()}


class RankingRequest(serializers.Serializer):
    """Which ranking."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in EFFECTS])
    year = serializers.IntegerField(min_value=2014, max_value=2100)


class RankingView(APIView):
    """The published ranking of a year, as far as the scheme opens it to the requester."""

    @extend_schema(
        parameters=[OpenApiParameter("kind", str, required=True), OpenApiParameter("year", int, required=True)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        EffectResource.require_open(request.user)
        given = RankingRequest(data=request.query_params)
        given.is_valid(raise_exception=True)
        asked = cast("dict[str, Any]", given.validated_data)
        rows = effect_reading.ranking(request.user, asked["kind"], asked["year"])
        return Response(
            {
                "results": [
                    {
                        "division": codes.text(row["division_id"]),
                        "name": row["name"],
                        "group": row["group"],
                        "rank": row["rank"],
                        "total": _number(row["total"]),
                        "grade": row["grade"],
                    }
                    for row in rows
                ]
            }
        )
