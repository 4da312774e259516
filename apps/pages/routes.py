"""The URLs of a resource's usual pages. Each app's `urls.py` calls this for what it has, so that search finds it."""

from __future__ import annotations

from django.urls import URLPattern, path

from apps.pages.api import ReadingViewSet, ResourceViewSet, history
from apps.pages.export_views import ExportPage
from apps.pages.print_views import PrintPage
from apps.pages.resources import Resource
from apps.pages.views import DetailPage, FormPage, HistoryPage, ListPage


def pages(
    prefix: str,
    resource: type[Resource],
    *,
    list_page: type[ListPage] = ListPage,
    detail_page: type[DetailPage] = DetailPage,
    form_page: type[FormPage] = FormPage,
) -> list[URLPattern]:
    """List, detail, print and export; the history of a tracked model; the form pages if the resource has a form."""
    name = resource.name
    wanted: list[tuple[str, str, type[ListPage | DetailPage | FormPage | HistoryPage | ExportPage]]] = [
        ("", "list", list_page),
        ("print/", "print", PrintPage),
        ("export/", "export", ExportPage),
        ("<int:key>/", "detail", detail_page),
    ]
    if hasattr(resource.model, "events"):
        wanted.append(("<int:key>/history/", "history", HistoryPage))
    if resource.form is not None:
        wanted += [("new/", "create", form_page), ("<int:key>/edit/", "update", form_page)]
    return [
        path(f"{prefix}/{rest}", view.as_view(resource=resource), name=f"{name}-{page}") for rest, page, view in wanted
    ]


def viewset(resource: type[Resource], base: type[ReadingViewSet] | None = None) -> type[ReadingViewSet]:
    """The REST viewset of a resource: with writing if it has a form, with the history if its model is tracked."""
    base = base or (ResourceViewSet if resource.form else ReadingViewSet)
    if resource.form is None and issubclass(base, ResourceViewSet):
        raise TypeError(f"{resource.name} has no form, so {base.__name__} must be a ReadingViewSet")
    tracked = {"history": history} if hasattr(resource.model, "events") else {}
    return type(f"{resource.__name__}ViewSet", (base,), {"resource": resource, **tracked})
