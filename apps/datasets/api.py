"""Departments' data as REST: how fresh each set is, and for officials everything that the pages of deliveries do."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import policy
from apps.common.days import today
from apps.datasets.forms import DeliveryForm
from apps.datasets.models import Delivery
from apps.datasets.services import files, freshness, intake
from apps.datasets.tables import DeliveryResource
from apps.datasets.views import place_of, policy_place
from apps.pages import problems
from apps.pages.api import ReadingViewSet, answer
from apps.pages.bodies import valid_body
from apps.pages.parsers import JSONParser

UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["dataset", "division", "period", "file"],
        "properties": {
            "dataset": {"type": "string"},
            "division": {"type": "string", "pattern": "^[0-9]{12}$"},
            "period": {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"},
            "file": {"type": "string", "format": "binary"},
        },
    }
}


class DatasetViewSet(viewsets.ViewSet):
    """The data sets of the catalogue with their freshness at a place."""

    @extend_schema(parameters=[OpenApiParameter("division", str)], responses=OpenApiTypes.OBJECT)
    def list(self, request: Request) -> Response:
        """Every data set: until when it counts, how many counties it covers."""
        _place, division = place_of(request._request)
        if unknown := set(request.GET) - {"division"}:
            entries = [problems.entry(name, "unknown", _("没有这个查询参数。")) for name in sorted(unknown)]
            return answer(problems.problem(400, errors=entries))
        results = [
            {
                "code": one.code,
                "department": one.dataset.department,
                "name": one.dataset.title,
                "refresh": one.dataset.refresh,
                "stale_days": one.dataset.stale_days,
                "state": one.state,
                "as_of": one.as_of,
                "fresh_until": one.fresh_until,
                "rows": one.rows,
                "versions": one.versions,
                "counties_covered": one.counties,
                "counties": one.of,
            }
            for one in freshness.standings(division, today())
        ]
        return Response({"next": None, "previous": None, "results": results})


class WithdrawRequest(serializers.Serializer):
    """Why a version is taken back."""

    reason = serializers.CharField(max_length=300)


class DeliveryViewSet(ReadingViewSet):
    """Deliveries: by file, and the steps that a person takes."""

    resource = DeliveryResource
    parser_classes = [MultiPartParser, JSONParser]
    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(request=UPLOAD, responses={201: OpenApiTypes.OBJECT})
    def create(self, request: Request) -> Response:
        """Deliver a file; it is read in the background, then `state` is `accepted`, `held` or `refused`."""
        self.check_place(request)
        policy.require(request.user, "load_datasets")
        form = DeliveryForm(self.body(request), request.FILES, user=request.user)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        given = form.cleaned_data
        delivery = files.submit(
            given["dataset"], given["division"].code, given["period"], given["file"], given["file"].name,
            by=request.user, source="api",
        )  # fmt: skip
        response = Response(self.current(delivery), status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{delivery.pk}/")
        return response

    @extend_schema(request=None, responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, key: str) -> Response:
        """Put a held version in force."""
        return self._after(intake.confirm(self.get_object(key), by=request.user))

    @extend_schema(request=None, responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, key: str) -> Response:
        """Give up a delivery that is not in force."""
        return self._after(intake.abandon(self.get_object(key), by=request.user))

    @extend_schema(request=WithdrawRequest, responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, key: str) -> Response:
        """Take a version back; the one before it counts again."""
        delivery = self.get_object(key)  # whoever sees it may load there, so that the body may be looked at first
        reason = valid_body(WithdrawRequest, self.body(request))["reason"]
        return self._after(intake.withdraw(delivery, by=request.user, reason=reason))

    def _after(self, delivery: Delivery) -> Response:
        return Response(self.current(delivery))

    def check_place(self, request: Request) -> None:
        """A place in the body that is not the requester's is 404, before right and body are looked at."""
        written = request.data.get("division") if hasattr(request.data, "get") else None
        if isinstance(written, str) and written.isascii() and written.isdigit() and len(written) == 12:
            policy_place(request.user, int(written))
