"""The REST base classes: the same declaration, rows and form as the pages, as JSON.

Lists and objects are read with the columns' own sources and written with orjson; no serializer stands in between. A
write goes through the resource's form, so that page and API cannot disagree.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.forms import BooleanField, Field, JSONField, ModelForm, ModelMultipleChoiceField, MultipleChoiceField
from django.forms.fields import BaseTemporalField
from django.forms.models import model_to_dict
from django.http import Http404, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access import policy
from apps.access import scope as scopes
from apps.common.errors import StaleVersion
from apps.common.sealing import Sealed
from apps.divisions import codes
from apps.history.services import history_of, log_view
from apps.pages import approval_views, approvals, export_views, exports, problems
from apps.pages.bodies import valid_body
from apps.pages.export_views import MEDIA_TYPE as XLSX
from apps.pages.idempotency import once
from apps.pages.kinds import MOMENT, PLACE, of_field
from apps.pages.lines import LinesField
from apps.pages.models import ExportApproval, ExportJob
from apps.pages.places import reached
from apps.pages.resources import Resource
from apps.pages.selection import Selection

# drf-spectacular takes a finished schema for an answer as it is.
HISTORY = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "at": {"type": "string", "format": "date-time"},
            "user": {"type": "string"},
            "source": {"type": "string"},
            "created": {"type": "boolean"},
            "changes": {
                "type": "array",
                "items": {"type": "object", "properties": {"field": {"type": "string"}, "old": {}, "new": {}}},
            },
        },
    },
}


def answer(document: problems.Problem) -> Response:
    """A problem document as a response."""
    return Response(document, status=document["status"], content_type=problems.MEDIA_TYPE)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The one place where exceptions become API answers; whatever was written before them is undone."""
    document = problems.of_exception(error)
    if document is None:
        return None
    if isinstance(error, StaleVersion) and hasattr(context["view"], "current"):
        document["current"] = context["view"].current(error.current)
    if getattr(context["request"]._request, "in_transaction", False):
        transaction.set_rollback(True)
    response = answer(document)
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def fits(field: Field, value: Any) -> bool:
    """Whether a JSON value is of a type that this form field reads; forms would take anything for text."""
    if isinstance(field, MultipleChoiceField | ModelMultipleChoiceField):
        return value is None or (isinstance(value, list) and all(isinstance(one, str | int) for one in value))
    if isinstance(field, LinesField):
        return isinstance(value, list) or (field.takes_text and isinstance(value, str))
    if isinstance(field, JSONField):
        return True  # it says itself what it reads
    if isinstance(field, BooleanField):
        return value is None or isinstance(value, bool)
    if isinstance(field, BaseTemporalField):
        # A day or a time is what the row holds already and the body leaves alone.
        return value is None or isinstance(value, str | datetime.date | datetime.time)
    return not isinstance(value, list | dict | bool)


def object_body(resource: type[Resource], user: Any, key: int) -> dict[str, Any]:
    """One row as the API shows it to this user; Http404 if he does not see it."""
    reader = resource.reader(user, resource.api_columns())
    row = resource.rows(user).filter(pk=key).values_list(*reader.paths).first()
    if row is None:
        raise Http404
    return reader.json([row])[0]


class ExportRequest(serializers.Serializer):
    """What an export is for; needed when a second person has to approve it."""

    reason = serializers.CharField(max_length=approvals.LONGEST_REASON, required=False, allow_blank=True)


class RefusalRequest(serializers.Serializer):
    """Why an export is refused."""

    reason = serializers.CharField(max_length=approvals.LONGEST_REASON)


class ReadingViewSet(viewsets.ViewSet):
    """List, read and take out the rows of one resource."""

    resource: type[Resource] = Resource
    lookup_url_kwarg = "key"
    lookup_value_regex = "[0-9]+"

    def list(self, request: Request) -> Response:
        selection = Selection(self.resource, request.user, request.query_params, strict=True)
        self.resource.require_open(request.user)
        columns = selection.columns() if request.GET.get("columns") else self.resource.api_columns()
        reader = self.resource.reader(request.user, columns)
        page = None if selection.problems else selection.page(reader)
        if page is None or selection.problems:
            return answer(problems.problem(400, errors=problems.entries(selection.problems)))
        selection.log(request.user)
        body: dict[str, Any] = {"next": self._link(page.after, "after"), "previous": self._link(page.before, "before")}
        if request.GET.get("count"):
            body["count"], body["count_exact"] = selection.count
        return Response({**body, "results": reader.json(page.rows)})

    def retrieve(self, request: Request, key: str) -> Response:
        found = self.get_object(key)
        log_view(request.user, found)
        return Response(self.current(found))

    @extend_schema(request=ExportRequest, responses={(200, XLSX): OpenApiTypes.BINARY, 202: OpenApiTypes.OBJECT})
    @action(detail=False, methods=["post"])
    def export(self, request: Request) -> HttpResponseBase:
        """The rows that the same parameters list, as a workbook; beyond 1,000 rows a job to ask for (202).

        Very many households or persons take a `reason`, and the job stays in the state `asked` until a second person
        has approved it.
        """
        reason = valid_body(ExportRequest, self.body(request)).get("reason", "")
        answer = export_views.start(self.resource, request._request, reason)
        if not isinstance(answer, ExportJob):
            return answer
        location = request.build_absolute_uri(reverse("api:export-detail", args=[answer.pk]))
        return Response(export_body(answer), status=202, headers={"Location": location})

    def get_object(self, key: Any) -> Any:
        """The row of this key among those the requester may see; Http404 otherwise."""
        found = self.resource.rows(self.request.user).filter(pk=key).first()
        if found is None:
            raise Http404
        return found

    def current(self, found: Model) -> dict[str, Any]:
        """The row as the API shows it; Http404 if the requester does not see it (any more)."""
        return object_body(self.resource, self.request.user, found.pk)

    def body(self, request: Request) -> dict[str, Any]:
        """The object that the request carries; 400 when it is none."""
        if not isinstance(request.data, dict):
            raise ParseError(_("请求体应为一个 JSON 对象。"))
        return request.data

    def _link(self, cursor: str | None, name: str) -> str | None:
        if cursor is None:
            return None
        params: QueryDict = self.request.GET.copy()
        for other in ("after", "before"):
            params.pop(other, None)
        params[name] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{params.urlencode()}")


class ResourceViewSet(ReadingViewSet):
    """The same, with adding and changing rows by the resource's form."""

    @once
    def create(self, request: Request) -> Response:
        self.check_place(request)
        if not self.resource.may_change(request.user):
            raise PermissionDenied(_("您没有新增记录的权限。"))
        saved = self.save(self.form(self.body(request)))
        response = Response(self.current(saved), status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{saved.pk}/")
        return response

    @once
    def partial_update(self, request: Request, key: str) -> Response:
        found = self.get_object(key)
        self.check_place(request)
        if not self.resource.may_change(request.user, found):
            raise PermissionDenied(_("您没有修改这条记录的权限。"))
        body = self.body(request)
        if hasattr(found, "version") and "version" not in body:
            entry = problems.entry("version", "required", _("请给出所依据的版本。"))
            return answer(problems.problem(400, errors=[entry]))
        return Response(self.current(self.save(self.form(body, found))))

    # --- the steps
    # ------------------------------------------------------------------------------------------------

    def check_place(self, request: Request) -> None:
        """A place in the body that is not the requester's is 404, before right and body are looked at."""
        written = request.data.get("division") if isinstance(request.data, dict) else None
        try:
            code = codes.parse(written) if isinstance(written, str) else None
        except ValueError:
            return  # no place at all: the form says so
        if code and not reached(scopes.of(request.user), code):
            raise Http404

    def form(self, body: dict[str, Any], instance: Model | None = None) -> ModelForm[Any]:
        """The bound form: what the body leaves out stays as it is."""
        kept = {}
        if instance is not None:
            # The fields of the form as it opens for this row: some can be given once only.
            opened = self.resource.form_class()(instance=instance, user=self.request.user)  # type: ignore[call-arg]
            kept = model_to_dict(instance, fields=opened.fields)
            # An encrypted number is kept by leaving it out; its form field never takes one in that form.
            kept = {name: value for name, value in kept.items() if not isinstance(value, Sealed)}
        return self.resource.form_class()({**kept, **body}, instance=instance, user=self.request.user)  # type: ignore[call-arg]

    def save(self, form: ModelForm[Any]) -> Any:
        """Save a valid form; 422 with all that is wrong otherwise."""
        wrong = {
            name: ValidationError(_("没有这个字段。"), code="unknown") for name in set(form.data) - set(form.fields)
        }
        for name, field in form.fields.items():
            if name in form.data and not fits(field, form.data[name]):
                wrong[name] = ValidationError(_("值的类型不对。"), code="invalid")
        if wrong:
            raise ValidationError(wrong)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        return form.save()


@extend_schema(responses={200: HISTORY})
@action(detail=True, methods=["get"])
def history(view: ReadingViewSet, request: Request, key: str) -> Response:
    """The latest changes, newest first: when, who, through what, and each field's old and new value."""
    found = view.get_object(key)
    log_view(request.user, found, fields=["history"])
    return Response(
        [
            {
                "at": MOMENT.json(change["at"]),
                "user": change["user"],
                "source": change["source"],
                "created": change["created"],
                "changes": [
                    {
                        "field": one["field"].name,
                        "old": of_field(one["field"]).json(one["old"]),
                        "new": of_field(one["field"]).json(one["new"]),
                        **({"masked": True} if one["masked"] else {}),
                    }
                    for one in change["changes"]
                ],
            }
            for change in history_of(found, request.user)
        ]
    )


def export_body(job: ExportJob) -> dict[str, Any]:
    """An export job as the API shows it."""
    return {
        "id": job.pk,
        "title": job.title,
        "state": job.stage,
        "rows": exports.progress_of(job),
        "ready": job.ready,
        "created_at": MOMENT.json(job.created_at),
        "expires_at": MOMENT.json(job.expires_at),
        **({"approval": approval_body(job.approval)} if hasattr(job, "approval") else {}),
    }


def approval_body(found: ExportApproval) -> dict[str, Any]:
    """What a second person decides on, as the API shows it to him and to the requester."""
    columns = approvals.marked(found)
    return {
        "id": found.pk,
        "title": found.title,
        "division": PLACE.json(found.division_id),
        "requested_by": found.user_name,
        "criteria": found.criteria,
        "columns": [column.name for column, _sensitive in columns],
        "sensitive": [column.name for column, sensitive in columns if sensitive],
        "rows": found.rows,
        "reason": found.reason,
        "state": found.stands,
        "acting_division": PLACE.json(found.acting_division),
        "created_at": MOMENT.json(found.created_at),
        "expires_at": MOMENT.json(found.expires_at),
        "decided_by": found.decided_by_name or None,
        "decided_at": MOMENT.json(found.decided_at),
        "answer": found.answer or None,
    }


class ExportViewSet(viewsets.ViewSet):
    """One's own exports made in the background, and those of others that wait for one's word (`waiting`)."""

    lookup_url_kwarg = "key"
    lookup_value_regex = "[0-9]+"

    @extend_schema(operation_id="exports_list", responses=OpenApiTypes.OBJECT)
    def list(self, request: Request) -> Response:
        return Response(
            {"next": None, "previous": None, "results": [export_body(job) for job in exports.latest(request.user)]}
        )

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, key: str) -> Response:
        return Response(export_body(exports.of_user(request.user, int(key))))

    @extend_schema(responses={(200, XLSX): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, key: str) -> HttpResponseBase:
        """The finished workbook."""
        return export_views.export_file(request._request, key=int(key))

    @extend_schema(operation_id="exports_waiting", responses=OpenApiTypes.OBJECT)
    @action(detail=False, methods=["get"])
    def waiting(self, request: Request) -> Response:
        """Exports of others that the account may approve or refuse; the key of an act is the approval's `id`."""
        policy.require(request.user, approvals.CAPABILITY)
        found = approvals.waiting(request.user)[:200]
        return Response({"next": None, "previous": None, "results": [approval_body(one) for one in found]})

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    @once
    def approve(self, request: Request, key: str) -> Response:
        """Approve a waiting export; a worker then writes it in the requester's own scope."""
        found = approvals.get(request.user, int(key))
        valid_body(serializers.Serializer, self._body(request))
        return Response(approval_body(approval_views.decide(request._request, found, approve=True, answer="")))

    @extend_schema(request=RefusalRequest, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    @once
    def refuse(self, request: Request, key: str) -> Response:
        """Refuse a waiting export for a reason."""
        found = approvals.get(request.user, int(key))
        policy.require(request.user, approvals.CAPABILITY, found)
        given = valid_body(RefusalRequest, self._body(request))
        return Response(
            approval_body(approval_views.decide(request._request, found, approve=False, answer=given["reason"]))
        )

    @staticmethod
    def _body(request: Request) -> Any:
        return request.data or {}
