"""The import as REST: everything its pages do."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import policy
from apps.pages.api import ReadingViewSet
from apps.pages.imports import services
from apps.pages.imports.forms import UploadForm
from apps.pages.imports.importer import Outcome, importer
from apps.pages.imports.models import ImportBatch, StagedUnit
from apps.pages.imports.tables import BatchResource
from apps.pages.imports.views import page_of_units, report_of
from apps.pages.parsers import JSONParser

OUTCOMES = {outcome.name.lower(): outcome for outcome in Outcome}
UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "kind": {"type": "string", "default": "register"},
            "year": {"type": "integer"},
        },
    }
}


class BatchViewSet(ReadingViewSet):
    """One's own batches: upload, what a file would change, confirm, discard, error workbook."""

    resource = BatchResource
    parser_classes = [MultiPartParser, JSONParser]
    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(request=UPLOAD, responses={201: OpenApiTypes.OBJECT})
    def create(self, request: Request) -> Response:
        """Upload a file; it is read in the background, then `state` is `shown`."""
        data = self.body(request)
        try:
            kind = importer(str(data.get("kind") or "register"))
        except KeyError:
            raise ValidationError({"kind": ValidationError(_("没有这种导入。"), code="unknown")}) from None
        policy.require(request.user, kind.capability)
        form = UploadForm(kind, data, request.FILES)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        file = form.cleaned_data["file"]
        batch = services.submit(request.user, kind, file, file.name, year=form.cleaned_data.get("year"), source="api")
        response = Response(self.current(batch), status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{batch.pk}/")
        return response

    @extend_schema(request=None, responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, key: str) -> Response:
        """Have a shown batch applied; 409 when it does not wait for that."""
        return Response(self.current(services.confirm(self._mine(key), request.user)))

    @extend_schema(request=None, responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, key: str) -> Response:
        """Give a batch up before it is applied."""
        return Response(self.current(services.discard(self._mine(key))))

    @extend_schema(
        parameters=[
            OpenApiParameter("outcome", str, enum=list(OUTCOMES), required=True),
            OpenApiParameter("after", int),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["get"])
    def units(self, request: Request, key: str) -> Response:
        """The households of one outcome, with what would change or why they are refused."""
        batch = self.get_object(key)
        outcome = OUTCOMES.get(request.GET.get("outcome", ""))
        if outcome is None:
            raise ValidationError({"outcome": ValidationError(_("没有这个结果。"), code="unknown")})
        units, after = page_of_units(request.user, batch, outcome, request.GET.get("after", ""))
        following = None
        if after is not None:
            params = request.GET.copy()
            params["after"] = str(after)
            following = request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
        return Response({"next": following, "results": [unit_json(unit) for unit in units]})

    @extend_schema(responses={200: OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True, methods=["get"])
    def refused(self, request: Request, key: str) -> FileResponse:
        """The error workbook; 404 when nothing was refused."""
        return report_of(self.get_object(key), request.user)

    def _mine(self, key: str) -> ImportBatch:
        batch: ImportBatch = self.get_object(key)
        if not policy.can(self.request.user, batch.importer.capability, batch):
            raise PermissionDenied(_("您没有导入数据的权限。"))
        return batch


def unit_json(unit: StagedUnit) -> dict[str, Any]:
    """One household of a batch."""
    return {
        "seq": unit.seq,
        "national_no": unit.key,
        "head": unit.title,
        "division": str(unit.division_id),
        "row": unit.row,
        "rows": unit.rows,
        "outcome": Outcome(unit.outcome).name.lower(),
        "differences": [
            dict(zip(("person", "field", "before", "after"), one, strict=True)) for one in unit.differences
        ],
        "refusals": [dict(zip(("row", "field", "message"), one, strict=True)) for one in unit.faults],
        "notes": unit.notes,
    }
