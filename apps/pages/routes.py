"""The URLs of a resource's usual pages. Each app's `urls.py` calls this for what it has, so that search finds it."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.pages.api import ResourceViewSet
from apps.pages.resources import Resource
from apps.pages.views import DetailPage, FormPage, ListPage


def pages(
    prefix: str,
    resource: type[Resource],
    *,
    list_page: type[ListPage] = ListPage,
    detail_page: type[DetailPage] = DetailPage,
    form_page: type[FormPage] = FormPage,
) -> list[URLPattern]:
    """List and detail, and the form pages if the resource has a form."""
    name = resource.name
    found = [
        path(f"{prefix}/", list_page.as_view(resource=resource), name=f"{name}-list"),
        path(f"{prefix}/<int:key>/", detail_page.as_view(resource=resource), name=f"{name}-detail"),
    ]
    if resource.form is not None:
        found += [
            path(f"{prefix}/new/", form_page.as_view(resource=resource), name=f"{name}-create"),
            path(f"{prefix}/<int:key>/edit/", form_page.as_view(resource=resource), name=f"{name}-update"),
        ]
    return found


def viewset(resource: type[Resource], base: type[ResourceViewSet] = ResourceViewSet) -> type[ResourceViewSet]:
    """The REST viewset of a resource; one without a form can only be read."""
    methods = ["get", "head", "options", *(["post", "patch"] if resource.form else [])]
    return type(f"{resource.__name__}ViewSet", (base,), {"resource": resource, "http_method_names": methods})
