"""The usual pages of a resource: list, detail, form. They build the rows themselves, so no view can forget to.

What is not the requester's is 404 before anything else is looked at; one's own row without the right is 403.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.common.errors import ServiceError, StaleVersion
from apps.pages.columns import Column, Reader
from apps.pages.resources import Related, Resource
from apps.pages.selection import Selection


class ResourceView(View):
    """What all pages of a resource share: its declaration, and templates that fall back to the generic ones."""

    resource: type[Resource] = Resource
    page: ClassVar[str]

    def show(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        """Render `<app>/<name>_<page>.html`, or the generic page of that kind."""
        meta = self.resource.model._meta
        names = (
            [template]
            if template
            else [f"{meta.app_label}/{self.resource.name}_{self.page}.html", f"generic/{self.page}.html"]
        )
        context = {
            "resource": self.resource,
            "may_add": self.resource.may_change(self.request.user),
            **context,
        }
        return render(self.request, names, context, status=status)  # type: ignore[arg-type]

    def rows(self) -> QuerySet[Any]:
        return self.resource.rows(self.request.user)

    def get_object(self, key: Any) -> Any:
        """The row of this key among those the requester may see; Http404 otherwise."""
        found = self.rows().filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        return found


class ListPage(ResourceView):
    """The list: filters, columns, order and place in the URL, key-set pages; htmx gets only the table part."""

    page = "list"

    def get(self, request: HttpRequest) -> HttpResponse:
        selection = Selection(self.resource, request.user, request.GET)
        self.resource.require_open(request.user)
        columns = selection.columns(self.remembered_columns(selection))
        # The first column is always the link to the row.
        columns[0] = replace(columns[0], link=self.resource.name, link_source="pk")
        reader = Reader(columns)
        page = None if selection.problems else selection.page(reader)
        ok = not selection.problems
        context = {
            "selection": selection,
            "columns": columns,
            "rows": list(reader.table_rows(page.rows)) if page else [],
            "page": page,
            "count": selection.count if ok else None,
        }
        partial = request.headers.get("HX-Target") == "list"
        return self.show("generic/_list.html" if partial else "", status=200 if ok else 400, **context)

    def remembered_columns(self, selection: Selection) -> Sequence[str]:
        """The columns chosen last time in this session; a choice in the URL is remembered from now on."""
        chosen = self.request.session.get("columns", {})
        if named := self.request.GET.get("columns"):
            if "columns" not in selection.problems and chosen.get(self.resource.name) != named:
                self.request.session["columns"] = {**chosen, self.resource.name: named}
            return ()
        return [name for name in chosen.get(self.resource.name, "").split(",") if name in self.resource.by_name()]


class DetailPage(ResourceView):
    """One row: its sections, and tables of what points to it."""

    page = "detail"

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        return self.show(
            object=found,
            title=self.title(found),
            sections=self.sections(found),
            related=[self.related_table(found, related) for related in self.resource.related],
            may_change=self.resource.may_change(request.user, found),
            **self.more(found),
        )

    def more(self, found: Any) -> dict[str, Any]:
        """Further context for a page of one's own."""
        return {}

    def title(self, found: Any) -> str:
        """What the row is called."""
        return str(self.rows().filter(pk=found.pk).values_list(self.resource.title, flat=True).get())

    def sections(self, found: Any) -> list[tuple[Any, list[tuple[Column, Any]]]]:
        """(title, [(column, value as markup), …]) for each section, read like any list row; one query for all."""
        names = list(dict.fromkeys(name for section in self.resource.sections for name in section.columns))
        columns = [self.resource.column(name) for name in names] or list(self.resource.columns)
        reader = Reader(columns)
        row = self.rows().filter(pk=found.pk).values_list(*reader.paths).get()
        pairs = list(zip(columns, next(reader.html([row])), strict=True))
        if not self.resource.sections:
            return [(self.resource.labels()[0], pairs)]
        values = {column.name: pair for column, pair in zip(columns, pairs, strict=True)}
        return [(section.title, [values[name] for name in section.columns]) for section in self.resource.sections]

    def related_table(self, found: Any, related: Related) -> dict[str, Any]:
        """The rows of another resource that point to this one, as far as the requester may see them."""
        other = related.resource
        by_name = other.by_name()
        columns = [by_name[name] for name in related.columns] or [one for one in other.columns if one.default]
        columns[0] = replace(columns[0], link=other.name, link_source="pk")
        reader = Reader(columns)
        rows = other.rows(self.request.user).filter(**{related.field: found.pk})
        page = other.orderings()[related.order].page(rows, reader.paths, size=50)
        more = f"{other.url('list')}?{related.field}={found.pk}" if page.after else ""
        return {
            "title": related.title,
            "columns": columns,
            "rows": list(reader.table_rows(page.rows)),
            "more": more,
        }


class FormPage(ResourceView):
    """Adding or changing one row by the resource's form; what a service refuses becomes a message on the form."""

    page = "form"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object(kwargs["key"]) if "key" in kwargs else None
        if not self.resource.may_change(request.user, self.object):
            raise PermissionDenied(_("您没有修改这条记录的权限。") if self.object else _("您没有新增记录的权限。"))
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        initial = {"division": self.request.GET.get("division")} if self.object is None else {}
        return self.resource.form_class()(data, files, instance=self.object, initial=initial, user=self.request.user)  # type: ignore[call-arg]

    def get(self, request: HttpRequest, key: int | None = None) -> HttpResponse:
        return self.show(object=self.object, form=self.form())

    def post(self, request: HttpRequest, key: int | None = None) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                saved = form.save()
            except StaleVersion as stale:
                return self.show(object=self.object, form=form, conflict=stale, status=409)
            except ServiceError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, _("已保存。"))
                return HttpResponseRedirect(self.resource.url("detail", saved.pk))
        return self.show(object=self.object, form=form, status=422)
