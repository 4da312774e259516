"""The API as a page to read: the same schema that programs get, without any script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@require_safe
@login_not_required
def api_docs(request: HttpRequest) -> HttpResponse:
    """All operations, by the kind of rows they are about."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    tags: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                tags.setdefault(operation.get("tags", [""])[0], []).append(described(path, method, operation))
    components = schema.get("components", {}).get("schemas", {})
    return render(request, "pages/api_docs.html", {"tags": tags, "components": components, "info": schema["info"]})


def described(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One operation, its body's properties taken out of the nesting that OpenAPI puts them in."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = [(status, next(iter(answer.get("content", {})), "")) for status, answer in operation["responses"].items()]
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary") or operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "body": [(name, kind(schema), schema.get("title", "")) for name, schema in body.get("properties", {}).items()],
        "answers": answers,
    }


def kind(schema: dict[str, Any]) -> str:
    """A schema's type in a word or two."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"{kind(schema.get('items', {}))} …"
    return " ".join(filter(None, (schema.get("type", "").replace("integer", "number"), schema.get("format", ""))))
