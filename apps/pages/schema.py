"""The OpenAPI schema of declared resources: objects from their columns, bodies from their forms, parameters from their
filters. What is not a declared resource is described by drf-spectacular as usual.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from apps.pages import paging
from apps.pages.columns import Column
from apps.pages.filters import ChoicesFilter
from apps.pages.lines import LinesField
from apps.pages.resources import Resource

Schema = dict[str, Any]

DECLARED = {
    "list": gettext_lazy("列表"),
    "retrieve": gettext_lazy("读取"),
    "create": gettext_lazy("新增"),
    "partial_update": gettext_lazy("修改"),
}

PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}

# Only in objects that the requester does not read in full (`apps.access.sight`).
MASKED: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "title": gettext_lazy("无权查看而为 null 的字段"),
}

REFUSALS = {
    "list": (400, 401, 403, 404),
    "retrieve": (401, 404),
    "create": (400, 401, 403, 404, 422),
    "partial_update": (400, 401, 403, 404, 409, 422),
}
READING = (400, 401, 403, 404)
WRITING = (400, 401, 403, 404, 409, 415, 422)


def query(name: str, schema: Schema, description: str = "") -> Schema:
    """A query parameter."""
    return {"in": "query", "name": name, "schema": schema, "description": description}


class DeclaredSchema(AutoSchema):
    """Describes a ResourceViewSet by its declaration."""

    @property
    def action(self) -> str:
        """What the operation does with its rows; empty where the view is no viewset."""
        return getattr(self.view, "action", "")

    @property
    def resource(self) -> type[Resource] | None:
        """The declaration, if this operation is one of the usual ones on it."""
        found: type[Resource] | None = getattr(self.view, "resource", None)
        action = getattr(self.view, "action", "")
        usual = action in DECLARED and (action in ("list", "retrieve") or bool(found and found.form))
        return found if usual else None

    def get_operation_id(self) -> str:
        if self.resource is None:
            return super().get_operation_id()
        return f"{self.resource.name.replace('-', '_')}_{self.action}"

    def get_summary(self) -> str | None:
        return super().get_summary() if self.resource is None else str(DECLARED[self.action])

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        return super().get_description() if self.resource is None else ""

    def get_tags(self) -> list[str]:
        resource = getattr(self.view, "resource", None)
        return super().get_tags() if resource is None else [resource.plural()]

    def _get_parameters(self) -> list[Schema]:
        if self.resource is None:
            return super()._get_parameters()
        if self.action != "list":
            key = {"in": "path", "name": "key", "required": True, "schema": {"type": "integer"}}
            repeat = {
                "in": "header",
                "name": "Idempotency-Key",
                "schema": {"type": "string", "maxLength": 200},
                "description": _("同一个键重复提交时返回第一次的应答。"),
            }
            found = [] if self.action == "create" else [key]
            return found if self.action == "retrieve" else [*found, repeat]
        return [*self._list_parameters(), *self._filter_parameters()]

    def _list_parameters(self) -> list[Schema]:
        assert self.resource is not None  # noqa: S101  # asked by the only caller
        orders = [name for name in self.resource.orderings() if name]
        return [
            query("division", {"type": "string", "pattern": "^[0-9]{12}$"}, _("行政区划代码，含其以下。")),
            *([query("order", {"type": "string", "enum": orders}, _("排序，“-”为降序。"))] if orders else []),
            query("page_size", {"type": "integer", "minimum": 1, "maximum": paging.MAX_PAGE_SIZE}),
            query(
                "count", {"type": "integer", "enum": [1]}, _("附上行数；超过一万行时为一万且 count_exact 为 false。")
            ),
            query("columns", {"type": "string"}, _("只要这些字段，用逗号分开。")),
            query("after", {"type": "string"}, _("下一页的位置，取自 next。")),
            query("before", {"type": "string"}, _("上一页的位置，取自 previous。")),
        ]

    def _filter_parameters(self) -> list[Schema]:
        assert self.resource is not None  # noqa: S101
        model = self.resource.model
        found = []
        # Copies: a filter keeps the field it makes, with the label of the language of that moment.
        for name, filter_ in copy.deepcopy(self.resource.filters.base_filters).items():
            filter_.model = model
            found.append(query(name, _filter_schema(filter_), str(filter_.label or "")))
        return found

    def _get_request_body(self, direction: Any = "request") -> Schema | None:
        if self.resource is None:
            return super()._get_request_body(direction)
        if self.action not in ("create", "partial_update"):
            return None
        adding = self.action == "create"
        fields = self.resource.form_class().base_fields
        schema: Schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _field_schema(field) for name, field in fields.items()},
        }
        required = [name for name, field in fields.items() if field.required] if adding else []
        if not adding and any(field.name == "version" for field in self.resource.model._meta.fields):
            schema["properties"]["version"] = {"type": "integer", "description": _("所依据的版本")}
            required = ["version"]
        if required:
            schema["required"] = required
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    def _get_response_bodies(self, direction: Any = "response") -> Schema:
        if self.resource is None:
            usual = READING if self.method == "GET" else WRITING
            # A view that counts its questions or limits its bodies says so itself.
            answers: Schema = super()._get_response_bodies(direction)
            refused = self._refused((*usual, *getattr(self.view, "refusals", ())))
            return answers | {status: body for status, body in refused.items() if status not in answers}
        action = self.action
        schema = self._component(self.resource)
        if action == "list":
            link = {"type": "string", "format": "uri", "nullable": True}
            schema = {
                "type": "object",
                "required": ["next", "previous", "results"],
                "properties": {
                    "next": link,
                    "previous": link,
                    "count": {"type": "integer"},
                    "count_exact": {"type": "boolean"},
                    "results": {"type": "array", "items": schema},
                },
            }
        status = "201" if action == "create" else "200"
        answers = {status: {"description": "", "content": {"application/json": {"schema": schema}}}}
        return answers | self._refused(REFUSALS[action])

    def _refused(self, statuses: Iterable[int]) -> Schema:
        """Answers that are problem documents; those of another standard's addresses are in its own words."""
        if getattr(self.view, "own_refusals", False):
            own = {"application/json": {"schema": {"type": "object"}}}
            return {str(status): {"description": "", "content": own} for status in statuses}
        problem = self._register("Problem", PROBLEM)
        content = {"application/problem+json": {"schema": problem}}
        return {str(status): {"description": "", "content": content} for status in statuses}

    def _component(self, resource: type[Resource]) -> Schema:
        columns = resource.api_columns()
        return self._register(
            resource.model.__name__,
            {
                "type": "object",
                "properties": {
                    **{column.name: _column_schema(resource, column) for column in columns},
                    **({"masked": MASKED} if any(one.sensitive(resource.model) for one in columns) else {}),
                },
            },
        )

    def _register(self, name: str, schema: Schema) -> Schema:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema)
        self.registry.register_on_missing(component)
        return component.ref


def _column_schema(resource: type[Resource], column: Column) -> Schema:
    schema = dict(column.kind.schema)
    try:
        field, nullable = paging.resolve(resource.model, column.path)
    except FieldDoesNotExist:  # computed by the query
        field, nullable = None, True
    if isinstance(field, ArrayField) and schema.get("type") != "array":
        schema = {"type": "array", "items": schema}
    elif "enum" in schema and (field is None or field.blank):
        # Nothing stated is an empty text where the column cannot be null, and null where it can.
        schema["enum"] = [*schema["enum"], *([] if nullable else [""])]
    schema["title"] = str(column.label)
    if not nullable and not column.sensitive(resource.model):
        return schema
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return {**schema, "nullable": True}


def _filter_schema(filter_: django_filters.Filter) -> Schema:
    if isinstance(filter_, ChoicesFilter):
        return {"type": "array", "items": _field_schema(filter_.field), "uniqueItems": True}
    if isinstance(filter_, django_filters.ModelChoiceFilter):
        return {"type": "integer"}
    return _field_schema(filter_.field)


def _field_schema(field: forms.Field) -> Schema:
    """The JSON values that a form field takes."""
    label: Schema = {"title": str(field.label)} if field.label else {}
    match field:
        case LinesField():
            parts = {name: _field_schema(part) for name, part in field.line.base_fields.items()}
            return {**label, "type": "array", "items": {"type": "object", "properties": parts}}
        case forms.ModelMultipleChoiceField():
            return {**label, "type": "array", "items": {"type": "integer"}}
        case forms.ModelChoiceField():
            return {**label, "oneOf": [{"type": "integer"}, {"type": "string"}]}
        case forms.MultipleChoiceField() | forms.ChoiceField():
            choices: Any = field.choices
            values = [str(value) for value, _label in choices if value not in ("", None)]
            one = {"type": "string", "enum": values} if values else {"type": "string"}
            return {**label, **one}
        case forms.BooleanField():
            return {**label, "type": "boolean"}
        case forms.DecimalField():  # is an IntegerField to the framework, so it comes first
            return {**label, "type": "string", "format": "decimal"}
        case forms.IntegerField():
            return {**label, "type": "integer"}
        case forms.DateField():
            return {**label, "type": "string", "format": "date"}
        case forms.CharField() if field.max_length:
            return {**label, "type": "string", "maxLength": field.max_length}
    return {**label, "type": "string"}
