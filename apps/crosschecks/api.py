"""The REST API of cross-checking beyond the generic resources: rules, steps, units of runs, checking at once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import InvalidOperation
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import policy, sight
from apps.access import scope as scopes
from apps.accounts.sessions import requester
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.common.wording import listed
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import Group, Level, Severity, UnitState, Workflow
from apps.crosschecks.evidence import sentence, without_sensitive
from apps.crosschecks.models import Finding
from apps.crosschecks.rules import RULES
from apps.crosschecks.services import figures, reading, working
from apps.crosschecks.services.checking import check
from apps.crosschecks.services.parameters import set_threshold
from apps.crosschecks.tables import FindingResource
from apps.crosschecks.views import require_whole
from apps.divisions import codes
from apps.households.tables import HouseholdResource
from apps.pages import paging, problems
from apps.pages.api import ReadingViewSet, ResourceViewSet, answer
from apps.pages.bodies import valid_body
from apps.pages.idempotency import once
from apps.pages.kinds import MOMENT
from apps.pages.places import Place, reached


class StepRequest(serializers.Serializer):
    """A step on a finding, based on the version that was read."""

    step = serializers.ChoiceField(choices=list(working.STEPS))
    version = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    level = serializers.ChoiceField(choices=Level.values, required=False)
    department = serializers.CharField(max_length=50, required=False, default="", allow_blank=True)
    due_on = serializers.DateField(required=False)
    workflow = serializers.ChoiceField(choices=Workflow.values, required=False, default="", allow_blank=True)
    file = serializers.FileField(required=False)


class FindingViewSet(ReadingViewSet):
    """Findings; one finding comes with its log and the steps that the requester may take."""

    def current(self, found: Any) -> dict[str, Any]:
        return finding_body(self.request.user, found.pk)


def finding_body(user: Any, key: int) -> dict[str, Any]:
    """A finding as the API shows it; Http404 when it is not among the user's."""
    found = FindingResource.rows(user).filter(pk=key).first()
    if found is None:
        raise Http404
    reader = FindingResource.reader(user, FindingResource.api_columns())
    row = FindingResource.rows(user).filter(pk=key).values_list(*reader.paths).get()
    return {
        **reader.json([row])[0],
        "steps": [step.name for step in working.steps_for(found, user)],
        "log": [
            {
                "at": MOMENT.json(line.at),
                "by": line.by_name,
                "from_state": line.from_state or None,
                "to_state": line.to_state,
                "note": line.note,
            }
            for line in reading.log_of(user, key)
        ],
    }


class StepView(APIView):
    """Take a step on a finding; the answer is the finding as it is now."""

    @extend_schema(request=StepRequest, responses=OpenApiTypes.OBJECT)
    @once
    def post(self, request: Request, key: int) -> Response:
        found: Finding | None = FindingResource.rows(request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        if not any(policy.can(request.user, name, found) for name in ("work_findings", "review_findings")):
            raise PermissionDenied(_("您没有办理这条疑点的权限。"))
        given = valid_body(StepRequest, request.data)
        version, step = given.pop("version"), given.pop("step")
        working.take(found, step, by=requester(request), expected_version=version, **given)
        return Response(finding_body(request.user, found.pk))


class RunViewSet(ResourceViewSet):
    """Runs; one run comes with its units."""

    def current(self, found: Any) -> dict[str, Any]:
        body = super().current(found)
        units = reading.units_of(self.request.user, found.pk)
        names = ("rule", "state", "attempt", "hits", "added", "reopened", "changed", "cleared", "reason")
        body["units"] = list(units.values(*names))
        return body


# --- Rules ------------------------------------------------------------------------------------------------------------


class WhatIfRequest(serializers.Serializer):
    """Thresholds to try, and where."""

    division = serializers.CharField(min_length=12, max_length=12)
    values = serializers.DictField(child=serializers.DecimalField(max_digits=12, decimal_places=2))


class ThresholdRequest(serializers.Serializer):
    """A threshold of a place; null takes the place's own away."""

    division = serializers.CharField(min_length=12, max_length=12)
    name = serializers.CharField(max_length=30)
    value = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    basis = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


CHOICES: dict[str, list[str]] = {
    "group": Group.values,
    "severity": Severity.values,
    "state": [UnitState.DONE, UnitState.NOT_RUN, UnitState.FAILED],
}


class RuleViewSet(viewsets.ViewSet):
    """The rule catalogue: how each rule stands, and how many open findings one sees."""

    lookup_url_kwarg = "rule"
    lookup_value_regex = "[A-Z]{2}-[0-9]{2}"

    @extend_schema(
        operation_id="rules_list",
        parameters=[
            OpenApiParameter("division", str, description="12 digits, there and below"),
            *(OpenApiParameter(name, str, enum=values) for name, values in CHOICES.items()),
            OpenApiParameter("page_size", int),
            OpenApiParameter("after", str, description="the last rule of the page before"),
            OpenApiParameter("before", str, description="the first rule of the page after"),
            OpenApiParameter("count", str, enum=["1"]),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def list(self, request: Request) -> Response:
        place = Place.read(request.user, request.GET)
        FindingResource.require_open(request.user)
        if found := self._problems(request):
            return answer(problems.problem(400, errors=problems.entries(found)))
        rows = [one for one in self._standings(request, place) if self._asked(one, request)]
        names = [one.entry.id for one in rows]
        size = int(request.GET.get("page_size", paging.PAGE_SIZE))
        start = _beyond(names, request.GET.get("after"), 1)
        if "before" in request.GET:
            start = max(_beyond(names, request.GET["before"], 0) - size, 0)
        page = rows[start : start + size]
        body: dict[str, Any] = {
            "next": self._link(request, after=page[-1].entry.id) if page and start + size < len(rows) else None,
            "previous": self._link(request, before=page[0].entry.id) if page and start > 0 else None,
        }
        if "count" in request.GET:
            body |= {"count": len(rows), "count_exact": True}
        return Response({**body, "results": [self._row(one) for one in page]})

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, rule: str) -> Response:
        place = Place.read(request.user, request.GET)
        FindingResource.require_open(request.user)
        self._check(rule)
        (standing,) = self._standings(request, place, rule)
        thresholds = figures.thresholds(rule, place.code) if place.code else []
        known = RULES.get(rule)
        body = {
            **self._row(standing),
            "condition": str(known.condition) if known else standing.entry.condition,
            "text": str(known.text) if known else standing.entry.text,
            "source": standing.entry.source,
            "parameters": [
                {
                    "name": one.parameter.name,
                    "label": str(one.parameter.label),
                    "value": str(one.value),
                    "default": str(one.parameter.default),
                    "division": codes.text(one.source.division_id) if one.source else None,
                    "basis": one.source.basis if one.source else "",
                }
                for one in thresholds
            ],
        }
        return Response(body)

    @extend_schema(request=WhatIfRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="what-if")
    def what_if(self, request: Request, rule: str) -> Response:
        """The hits of the rule by unit below a place if thresholds were different. Nothing is stored."""
        FindingResource.require_open(request.user)
        self._check(rule)
        given = valid_body(WhatIfRequest, request.data)
        division = _place(request, given["division"])
        known = RULES.get(rule)
        names = {parameter.name for parameter in known.parameters} if known else set()
        if unknown := set(given["values"]) - names:
            raise ServiceError(_("没有这个参数：%(name)s。") % {"name": listed(sorted(unknown))}, field="values")
        if known is None or known.waits_for():
            raise ServiceError(_("这条规则现在不能运行。"), code="not_run")
        require_whole(request.user, rule, division)
        found = figures.what_if(rule, division, given["values"])
        units = [{"division": codes.text(unit), "hits": count} for unit, count in sorted(found.units.items())]
        return Response({"hits": found.hits, "units": units, "as_of": found.as_of})

    @extend_schema(request=ThresholdRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    @once
    def parameters(self, request: Request, rule: str) -> Response:
        """Set a threshold of a place."""
        FindingResource.require_open(request.user)
        self._check(rule)
        given = valid_body(ThresholdRequest, request.data)
        division = _place(request, given["division"])
        known = RULES.get(rule)
        if known is None or given["name"] not in {parameter.name for parameter in known.parameters}:
            raise ServiceError(_("没有这个参数：%(name)s。") % {"name": given["name"]}, field="name")
        try:
            set_threshold(given["name"], division, given["value"], by=requester(request), basis=given["basis"])
        except InvalidOperation as error:
            raise ServiceError(_("请输入数字。"), field="value") from error
        (threshold,) = (one for one in figures.thresholds(rule, division) if one.parameter.name == given["name"])
        return Response({"name": given["name"], "value": str(threshold.value), "own": _own(threshold, division)})

    # --- the steps ---------------------------------------------------------------------------------------------------

    @staticmethod
    def _check(rule: str) -> None:
        if rule not in catalogue():
            raise Http404

    @staticmethod
    def _standings(request: Request, place: Place, rule: str = "") -> Sequence[figures.Standing]:
        rows = place.narrow(FindingResource.rows(request.user))
        return figures.standings(rows, place.code, today(), rule)

    @staticmethod
    def _asked(one: figures.Standing, request: Request) -> bool:
        values = {"group": one.entry.group, "severity": one.entry.severity, "state": one.state}
        return all(request.GET.get(name, value) == value for name, value in values.items())

    @staticmethod
    def _row(one: figures.Standing) -> dict[str, Any]:
        entry = one.entry
        return {
            "id": entry.id,
            "title": entry.title,
            "group": entry.group,
            "severity": entry.severity,
            "acting_level": entry.level,
            "due_days": entry.due_days,
            "data_sets": list(entry.data_sets),
            "state": one.state,
            "reason": one.reason,
            "date": one.date,
            "finished_at": MOMENT.json(one.finished_at),
            "hits": one.hits,
            "overdue": one.overdue,
            "verdicts": dict(one.verdicts),
        }

    @staticmethod
    def _problems(request: Request) -> dict[str, Any]:
        found: dict[str, list[ValidationError]] = {}
        for name in request.GET:
            values = request.GET.getlist(name)
            if name not in (*CHOICES, "division", "page_size", "after", "before", "count"):
                found[name] = [ValidationError(_("没有这个查询参数。"), code="unknown")]
            elif len(values) > 1:
                found[name] = [ValidationError(_("这个参数只能给出一次。"), code="repeated")]
            elif name in CHOICES and values[0] not in CHOICES[name]:
                found[name] = [ValidationError(_("没有这个选项。"), code="invalid_choice")]
            elif name in ("after", "before") and values[0] not in catalogue():
                found[name] = [ValidationError(_("这个翻页位置无效，请从第一页开始。"), code="invalid")]
        size = request.GET.get("page_size", str(paging.PAGE_SIZE))
        if not (size.isascii() and size.isdigit() and 1 <= int(size) <= paging.MAX_PAGE_SIZE):
            message = _("每页行数应为 1 至 %(most)d。") % {"most": paging.MAX_PAGE_SIZE}
            found["page_size"] = [ValidationError(message, code="invalid")]
        if request.GET.get("count", "1") != "1":
            found["count"] = [ValidationError(_("这个参数只能是 1。"), code="invalid")]
        if "after" in request.GET and "before" in request.GET:
            found["before"] = [ValidationError(_("after 和 before 不能同时给出。"), code="invalid")]
        return found

    @staticmethod
    def _link(request: Request, **position: str) -> str:
        params = request.GET.copy()
        for name in ("after", "before"):
            params.pop(name, None)
        params.update(position)
        return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


def _beyond(names: list[str], rule: str | None, step: int) -> int:
    """The position at (or after) a rule among the names shown, whether or not it is itself among them."""
    order = {name: number for number, name in enumerate(catalogue())}
    if rule is None:
        return 0
    return sum(order[name] < order[rule] + step for name in names)


def _place(request: Request, written: str) -> int:
    """A division of the body; Http404 when it is none, or none of the requester's."""
    try:
        code = codes.parse(written)
    except ValueError:
        raise Http404 from None
    if not reached(scopes.of(request.user), code):
        raise Http404
    return code


def _own(threshold: figures.Threshold, division: int) -> bool:
    return threshold.source is not None and threshold.source.division_id == division


# --- Checking at once -------------------------------------------------------------------------------------------------


class CheckView(APIView):
    """Run the rules on one household now, write its findings, and say what is wrong with it."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, key: int) -> Response:
        household = HouseholdResource.rows(request.user).filter(pk=key).first()
        if household is None:
            raise Http404
        policy.require(request.user, "work_findings", household)
        whole = sight.opens(request.user, household)
        results = [
            {
                "rule": result.rule,
                "title": catalogue()[result.rule].title,
                "text": sentence(result.rule, result.evidence, whole=whole),
                "severity": result.severity,
                "object_kind": result.object_kind,
                "object_id": result.object_id,
                "evidence": dict(result.evidence) if whole else without_sensitive(result.evidence),
            }
            for result in check(household)
        ]
        return Response({"household": household.pk, "results": results})
