"""The REST API of assessment beyond the generic resources: one assessment with its scores and steps, taking a step."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.sessions import requester
from apps.assessments.choices import Grade
from apps.assessments.models import CadreAssessment
from apps.assessments.models.assessment import LONGEST, LONGEST_NOTE
from apps.assessments.services import reading, sets, steps, together
from apps.assessments.tables import AT_ONCE, AssessmentResource
from apps.pages.api import ReadingViewSet, ResourceViewSet, object_body
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import MOMENT


class EnteredRequest(serializers.Serializer):
    """What the township enters for one indicator."""

    value = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100, allow_null=True)
    note = serializers.CharField(max_length=LONGEST_NOTE)


class AssessmentStepRequest(serializers.Serializer):
    """A step of an assessment, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(steps.STEPS))
    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)
    text = serializers.CharField(max_length=LONGEST, required=False, default="", allow_blank=True)
    asked = serializers.IntegerField(min_value=0, max_value=100000, required=False)
    satisfied = serializers.IntegerField(min_value=0, max_value=100000, required=False)
    scores = serializers.DictField(child=EnteredRequest(), required=False)
    grade = serializers.ChoiceField(choices=Grade.values, required=False, default="", allow_blank=True)


class AssessmentViewSet(ReadingViewSet):
    """Assessments; one comes with its scores, its log and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        return assessment_body(self.request.user, found.pk)


def assessment_body(user: Any, key: int) -> dict[str, Any]:
    """An assessment as the API shows it; Http404 when it is not among the user's."""
    found = AssessmentResource.rows(user).filter(pk=key).first()
    if found is None:
        raise Http404
    hidden = reading.hides_entries(user, found)
    return {
        **object_body(AssessmentResource, user, key),
        "scores": [
            {
                "id": score.pk,
                "indicator": score.code,
                "weight": score.weight,
                "source": score.source,
                "value": None if score.value is None else str(score.value),
                "points": None if score.points is None else str(score.points),
                "numerator": score.numerator,
                "denominator": score.denominator,
                "missing": score.missing or None,
                "counted": score.counted,
                "note": score.note,
                "by": score.entered_by_name or None,
                "at": MOMENT.json(score.settled_at),
            }
            for score in reading.scores_of(user, found)
        ],
        "steps": [step.name for step in steps.steps_for(found, user)],
        "log": [
            {
                "at": MOMENT.json(line.at),
                "by": line.by_name,
                "step": line.step,
                "from_state": line.from_state or None,
                "to_state": line.to_state,
                "note": "" if hidden else line.note,
            }
            for line in reading.log_of(user, found)
        ],
    }


class AssessmentStepView(APIView):
    """Take a step of an assessment; the answer is the assessment as it is now."""

    @extend_schema(request=AssessmentStepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found: CadreAssessment | None = AssessmentResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        by = requester(request)
        if not steps.concerned(found, by):
            raise PermissionDenied(_("您没有办理这项考核的权限。"))
        given = valid_body(AssessmentStepRequest, request.data)
        version, step = given.pop("version"), given.pop("step")
        scores = {code: steps.Entered(**entered) for code, entered in given.pop("scores", {}).items()}
        steps.take(found, step, by=by, said=steps.Said(scores=scores, **given), expected_version=version)
        return Response(assessment_body(request.user, found.pk))


class SeenAssessment(serializers.Serializer):
    """An assessment as it was read; without a version whichever it has now."""

    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class AssessmentStepsRequest(serializers.Serializer):
    """A step on many assessments: `grade` (the computed one) or `finish`. `dry_run` writes nothing."""

    step = serializers.ChoiceField(choices=[step.name for step in together.AT_ONCE])
    assessments = SeenAssessment(many=True, help_text=f"1 to {together.MOST:,}")
    note = serializers.CharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)
    dry_run = serializers.BooleanField(required=False, default=False)


class AssessmentStepsView(APIView):
    """Take one step of many assessments; each that cannot be taken is refused by itself, the others are taken."""

    @extend_schema(request=AssessmentStepsRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request) -> Response:
        AT_ONCE.require(request.user)
        given = valid_body(AssessmentStepsRequest, request.data)
        wanted = {one["id"]: one.get("version") for one in given["assessments"]}
        by, dry_run = requester(request), given["dry_run"]
        outcome = together.take_many(wanted, given["step"], by=by, note=given["note"], dry_run=dry_run)
        return Response(
            {
                "step": outcome.step.name,
                "dry_run": dry_run,
                "done": outcome.done,
                "grades": dict(outcome.grades),
                "refused": [
                    {"code": one.code, "message": one.message, "assessments": list(one.rows)}
                    for one in outcome.refusals
                ],
            }
        )


class IndicatorSetViewSet(ResourceViewSet):
    """Indicator sets; one comes with its weights."""

    def current(self, found: Any) -> dict[str, Any]:
        return {**super().current(found), "weights": sets.weights_of(found)}
