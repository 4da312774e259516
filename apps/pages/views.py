"""The usual pages of a resource: list, detail, form, history. They build the rows themselves: no view can forget to.

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
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.access import policy
from apps.common.errors import ServiceError, StaleVersion
from apps.history.services import history_of, key_of, log_view
from apps.pages import bulk as bulks
from apps.pages import exports, parts
from apps.pages.columns import Column
from apps.pages.conflicts import differences
from apps.pages.resources import Related, Resource
from apps.pages.selection import Selection

# A detail page of so many parts gets a list of jumps to them.
JUMPS_FROM = 6


class ResourceView(View):
    """What all pages of a resource share: its declaration, its rows, and templates that fall back to generic ones."""

    resource: type[Resource] = Resource
    page: ClassVar[str]

    def show(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        """Render `<app>/<name>_<page>.html`, or the generic page of that kind."""
        own = f"{self.resource.model._meta.app_label}/{self.resource.name}_{self.page}.html"
        names = [template] if template else [own, f"generic/{self.page}.html"]
        return render(self.request, names, {"resource": self.resource, **context}, status=status)

    def rows(self) -> QuerySet[Any]:
        """The rows the requester may see."""
        return self.resource.rows(self.request.user)

    def get_object(self, key: Any) -> Any:
        """The row of this key among those the requester may see; Http404 otherwise."""
        found = self.rows().filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        return found

    def title(self, found: Any) -> str:
        """What a row is called."""
        return str(self.rows().filter(pk=found.pk).values_list(self.resource.title, flat=True).get())


class ListPage(ResourceView):
    """The list: filters, columns, order and place in the URL, key-set pages; htmx gets only the table part."""

    page = "list"

    def get(self, request: HttpRequest) -> HttpResponse:
        selection = Selection(self.resource, request.user, request.GET)
        self.resource.require_open(request.user)
        columns = selection.columns(self.remembered_columns(selection))
        shown = [column.name for column in columns]
        # The first column is always the link to the row.
        columns[0] = replace(columns[0], link=self.resource.name, link_source="pk")
        bulk = [one for one in (*self.resource.bulk, *bulks.of(self.resource.name)) if one.open_to(request.user)]
        reader = self.resource.reader(request.user, columns)
        page = None if selection.problems else selection.page(reader)
        selection.log(request.user)
        context: dict[str, Any] = {
            "title": self.resource.plural(),
            "selection": selection,
            "groups": selection.filters.groups(),
            "shown": shown,
            "may_add": self.resource.may_change(request.user),
            "ticks": bool(bulk),
            **self.above(selection),
        }
        if page is not None and not selection.problems:
            context |= {
                "rows": list(reader.table_rows(page.rows, tick="pk" if bulk else "")),
                "bulk": [one.offer(selection) for one in bulk],
                "page": page,
                "previous": selection.query(columns=None, before=page.before),
                "next": selection.query(columns=None, after=page.after),
                "heads": [self.head(column, selection) for column in columns],
                "count": selection.count,
                "chips": list(selection.filters.chips()),
                "may_export": exports.may_export(selection, request.user),
                "export_query": selection.query(columns=",".join(shown)),
            }
        else:
            context["problems"] = self.explain(selection)
        partial = request.headers.get("HX-Target") == "list"
        return self.show("generic/_list.html" if partial else "", status=400 if selection.problems else 200, **context)

    def above(self, selection: Selection) -> dict[str, Any]:
        """Further context for a list of one's own."""
        return {}

    def head(self, column: Column, selection: Selection) -> dict[str, Any]:
        """A heading: how the list is sorted by it, and the query that sorts it the next way (up, down, not)."""
        if column.name not in selection.orderings:
            return {"column": column}
        up, down = column.name, f"-{column.name}"
        after = {up: down, down: None}.get(selection.order, up)
        sorted_now = {up: "ascending", down: "descending"}.get(selection.order, "")
        return {"column": column, "sorted": sorted_now, "link": selection.query(columns=None, order=after) or "order="}

    def explain(self, selection: Selection) -> list[tuple[str, str]]:
        """What is wrong with the query, for people: the parameter's label and the message."""
        labels = {name: filter_.label for name, filter_ in selection.filters.filters.items()}
        return [
            (str(labels.get(name) or name), message)
            for name, problems in selection.problems.items()
            for problem in problems
            for message in problem.messages
        ]

    def remembered_columns(self, selection: Selection) -> Sequence[str]:
        """The columns chosen last time in this session; a choice in the URL is remembered from now on."""
        chosen = self.request.session.get("columns", {})
        named = ",".join(self.request.GET.getlist("columns"))
        if named:
            if "columns" not in selection.problems and chosen.get(self.resource.name) != named:
                self.request.session["columns"] = {**chosen, self.resource.name: named}
            return ()
        return [name for name in chosen.get(self.resource.name, "").split(",") if name in self.resource.by_name()]


class DetailPage(ResourceView):
    """One row: its sections, and tables of what points to it."""

    page = "detail"

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        log_view(request.user, found)
        may_change = self.resource.may_change(request.user, found)
        sections = self.sections(found)
        added = parts.of(self.resource.name, request.user, found)
        tables = [*added, *(self.related_table(found, related) for related in self.resource.related)]
        more = self.more(found)
        jumps = [
            *((section["id"], section["title"]) for section in sections),
            *((name, title) for name, title, last in more.get("own_parts", ()) if not last),
            *((table.id, table.title) for table in tables),
            *((name, title) for name, title, last in more.get("own_parts", ()) if last),
        ]
        return self.show(
            object=found,
            title=self.title(found),
            sections=sections,
            related=tables,
            jumps=jumps if len(jumps) >= JUMPS_FROM else [],
            may_change=may_change,
            edit_url=self.resource.url("update", found.pk) if may_change else "",
            history_url=self.resource.url("history", found.pk) if hasattr(found, "events") else "",
            audit_url=self.audit_url(found),
            **more,
        )

    def audit_url(self, found: Any) -> str:
        """The records of who looked at this row, for whoever may read them; empty for the others."""
        if not getattr(found, "household_lookup", None) or not policy.can(self.request.user, "view_audit", found):
            return ""
        return f"{reverse('access-log-list')}?{urlencode({'object_key': key_of(found)})}"

    def more(self, found: Any) -> dict[str, Any]:
        """Further context for a page of one's own.

        `own_parts` names what the page's own template adds, for the list of jumps: (id, title, after the tables).
        """
        return {}

    def sections(self, found: Any) -> list[dict[str, Any]]:
        """The sections with their facts, (column, value as markup); all read like one list row, in one query."""
        names = list(dict.fromkeys(name for section in self.resource.sections for name in section.columns))
        columns = [self.resource.column(name) for name in names] or list(self.resource.columns)
        reader = self.resource.reader(self.request.user, columns)
        row = self.rows().filter(pk=found.pk).values_list(*reader.paths).get()
        facts = list(zip(columns, next(reader.html([row])), strict=True))
        if not self.resource.sections:
            return [{"id": "section-1", "title": self.resource.singular(), "facts": facts}]
        by_name = {column.name: fact for column, fact in zip(columns, facts, strict=True)}
        return [
            {"id": f"section-{number}", "title": section.title, "facts": [by_name[name] for name in section.columns]}
            for number, section in enumerate(self.resource.sections, start=1)
        ]

    def again(self, found: Any, status: int, **forms: Any) -> HttpResponse:
        """The page with what was entered and what is wrong with it, which `more` takes by the names of its forms."""
        # What was refused may have touched the row in hand; the stored one has not changed.
        found = self.get_object(found.pk)
        return self.show(
            status=status,
            object=found,
            title=self.title(found),
            sections=self.sections(found),
            related=[self.related_table(found, related) for related in self.resource.related],
            **self.more(found, **forms),
        )

    def related_table(self, found: Any, related: Related) -> parts.Table:
        """The rows of another resource that point to this one, as far as the requester may see them."""
        other = related.resource
        columns = [other.column(name) for name in related.columns] or [one for one in other.columns if one.default]
        columns[0] = replace(columns[0], link=other.name, link_source="pk")
        reader = other.reader(self.request.user, columns)
        rows = other.rows(self.request.user).filter(**{related.field: found.pk})
        page = other.orderings()[related.order].page(rows, reader.paths, size=50)
        query = f"?{related.field.removesuffix('_id')}={found.pk}"
        addable = other.form is not None and related.field in other.form.base_fields
        return parts.Table(
            related.title,
            columns,
            list(reader.table_rows(page.rows)),
            more=other.url("list") + query if page.after else "",
            add=other.url("create") + query if addable and other.may_change(self.request.user, found) else "",
            id=f"{other.name}-rows",
        )


class HistoryPage(ResourceView):
    """Who changed what of one row, and when."""

    page = "history"

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        found = self.get_object(key)
        log_view(request.user, found, fields=["history"])
        changes = history_of(found, request.user)
        back = self.resource.url("detail", found.pk)
        return self.show(object=found, title=self.title(found), changes=changes, back_url=back)


class FormPage(ResourceView):
    """Adding or changing one row by the resource's form; what a service refuses becomes a message on the form."""

    page = "form"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.object = self.get_object(kwargs["key"]) if "key" in kwargs else None
        if not self.resource.may_change(request.user, self.object):
            raise PermissionDenied(_("您没有修改这条记录的权限。") if self.object else _("您没有新增记录的权限。"))
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None, files: Any = None) -> ModelForm[Any]:
        """The resource's form for the requester; a new row takes place and owner from where one came from."""
        initial = self.request.GET.dict() if self.object is None else {}
        return self.resource.form_class()(data, files, instance=self.object, initial=initial, user=self.request.user)  # type: ignore[call-arg]

    def show_form(self, form: ModelForm[Any], status: int = 200, **context: Any) -> HttpResponse:
        if self.object is None:
            title, back = _("新增%(name)s") % {"name": self.resource.singular()}, self.resource.list_url()
        else:
            title = _("修改%(name)s") % {"name": self.resource.singular()}
            back = self.resource.url("detail", self.object.pk)
        context = {"title": title, "back_url": back, **context}
        return self.show(status=status, object=self.object, form=form, **context)

    def get(self, request: HttpRequest, key: int | None = None) -> HttpResponse:
        return self.show_form(self.form())

    def post(self, request: HttpRequest, key: int | None = None) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                saved = form.save()
            except StaleVersion as stale:
                return self.show_form(form, status=409, conflict=differences(form, stale.current))
            except ServiceError as error:
                for one in error.parts:
                    form.add_error(one.field if one.field in form.fields else None, str(one))
            else:
                return self.saved(form, saved)
        return self.show_form(form, status=422)

    def saved(self, form: ModelForm[Any], row: Any) -> HttpResponse:
        """What follows once the row is saved: its page."""
        messages.success(self.request, _("已保存。"))
        return HttpResponseRedirect(self.resource.url("detail", row.pk))
