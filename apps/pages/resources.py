"""A resource: everything that pages, API, export and import need to know of a model, declared once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.pages.columns import Column, Reader
from apps.pages.filters import Filters
from apps.pages.kinds import NUMBER
from apps.pages.paging import KeySet

if TYPE_CHECKING:
    from apps.pages.bulk import Bulk

EXPORT_CAPABILITY = {
    "register": "export_register",
    "funds": "view_funds",
    "supervision": "view_supervision",
    "complaints": "handle_complaints",
    "accounts": "view_accounts",
    "audit": "view_audit",
    "datasets": "load_datasets",
}


@dataclass(frozen=True)
class Section:
    """A part of the detail page: some columns under a title."""

    title: str | Promise
    columns: Sequence[str]


@dataclass(frozen=True)
class Related:
    """A table on the detail page: rows of another resource that point here by `field`."""

    title: str | Promise
    resource: type[Resource]
    field: str
    columns: Sequence[str] = ()
    order: str = ""


class Resource:
    """The declaration of one model. Subclass it in the app's `tables.py`; views and API take the class as it is."""

    do_not_call_in_templates = True  # templates get the class itself

    name: ClassVar[str]  # of its URLs: "household" gives household-list, household-detail …
    model: ClassVar[type[Model]]
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[type[Filters]] = Filters
    form: ClassVar[type[ModelForm[Any]] | None] = None
    sections: ClassVar[Sequence[Section]] = ()
    related: ClassVar[Sequence[Related]] = ()
    order: ClassVar[tuple[str, ...]] = ("division_id", "pk")
    descending: ClassVar[bool] = False
    title: ClassVar[str] = "pk"  # ORM path of what a row is called
    icon: ClassVar[str] = "list"
    label: ClassVar[str | Promise] = ""  # of the list, where the model's own name will not do
    empty: ClassVar[str | Promise] = ""  # what to do when the list is empty
    bulk: ClassVar[Sequence[Bulk]] = ()  # what may be done with many rows at once

    @classmethod
    def rows(cls, user: Any) -> QuerySet[Any]:
        """The rows a user may see; every surface begins here, so there is nothing to forget."""
        return cls.model._default_manager.visible_to(user)  # type: ignore[attr-defined]

    @classmethod
    def exportable(cls, user: Any) -> QuerySet[Any]:
        """The rows a user may take out: those at places where he holds the right to."""
        return cls.rows(user).editable_by(user, cls.export_capability())  # type: ignore[attr-defined]

    @classmethod
    def export_capability(cls) -> str:
        """The capability that an export takes, by the realm of the rows."""
        return EXPORT_CAPABILITY[cls.model.realm]  # type: ignore[attr-defined]

    @classmethod
    def open_to(cls, user: Any) -> bool:
        """Whether this user can see rows of this kind at all, now or later."""
        scope = scopes.of(user)
        model = cls.model
        return bool(
            scope.ranges(model.realm)  # type: ignore[attr-defined]
            or (model.household_lookup and scope.households)  # type: ignore[attr-defined]
            or (model.own_lookup and scope.user_id)  # type: ignore[attr-defined]
        )

    @classmethod
    def require_open(cls, user: Any) -> None:
        """PermissionDenied for an account that never sees rows of this kind; call it after the place is settled."""
        if not cls.open_to(user):
            raise PermissionDenied(_("您的账户没有查看这类数据的权限。"))

    @classmethod
    def may_change(cls, user: Any, where: int | Model | None = None) -> bool:
        """Whether this user may add and change rows, here or anywhere; False when the model has no form."""
        if cls.form is None:
            return False
        return policy.can(user, cls.model.change_capability, where)  # type: ignore[attr-defined]

    @classmethod
    def form_class(cls) -> type[ModelForm[Any]]:
        """The form; call only where `may_change` was true."""
        if cls.form is None:
            raise TypeError(f"{cls.name} has no form")
        return cls.form

    @classmethod
    def reader(cls, user: Any, columns: Sequence[Column], *extra: str) -> Reader:
        """A reader of these columns that shows the user what he may read."""
        return Reader(columns, *extra, model=cls.model, user=user)

    @classmethod
    def column(cls, name: str) -> Column:
        """The column of this name; KeyError when there is none."""
        return cls.by_name()[name]

    @classmethod
    def by_name(cls) -> Mapping[str, Column]:
        return {column.name: column for column in cls.columns}

    @classmethod
    def api_columns(cls) -> list[Column]:
        """The columns of an API object: all of them, after the row's `id` where it has one."""
        has_id = cls.model._meta.pk.name == "id" and "id" not in cls.by_name()
        return [*([Column("id", "id", source="pk", kind=NUMBER)] if has_id else []), *cls.columns]

    @classmethod
    def orderings(cls) -> dict[str, KeySet]:
        """The orderings that `?order=` may name ("-" for descending); the empty name is the usual one."""
        found = {"": KeySet(cls.model, cls.order, cls.descending)}
        for column in cls.columns:
            if column.sortable:
                found[column.name] = KeySet(cls.model, (column.path, "pk"))
                found[f"-{column.name}"] = KeySet(cls.model, (column.path, "pk"), descending=True)
        return found

    @classmethod
    def url(cls, page: str, key: Any = None) -> str:
        """The path of one of the resource's pages: list, detail, create, update, history, print or export."""
        return reverse(f"{cls.name}-{page}", args=[] if key is None else [key])

    @classmethod
    def list_url(cls) -> str:
        return cls.url("list")

    @classmethod
    def create_url(cls) -> str:
        return cls.url("create")

    @classmethod
    def export_url(cls) -> str:
        return cls.url("export")

    @classmethod
    def print_url(cls) -> str:
        return cls.url("print")

    @classmethod
    def singular(cls) -> str:
        """The model's name for people."""
        return str(cls.model._meta.verbose_name)

    @classmethod
    def plural(cls) -> str:
        """The name of its list."""
        return str(cls.label or cls.model._meta.verbose_name)
