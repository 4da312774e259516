"""Saved filters: a list as somebody narrowed it, under a name of his own. Only he sees it; the database sees to it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError
from apps.pages.models import SavedFilter

MOST = 30
"""Filters that one account may save for one list."""

PLACES_IN_LIST = ("after", "before", "page_size")


def list_address(resource: str) -> str:
    """Where the list of a resource is; Http404 when there is none of this name."""
    try:
        return reverse(f"{resource}-list")
    except NoReverseMatch:
        raise Http404 from None


def of_user(user: Any, resource: str) -> QuerySet[SavedFilter]:
    """The filters that this user saved for a list, by name."""
    return SavedFilter.objects.filter(user_id=user.pk, resource=resource).order_by("name")


def save(user: Any, resource: str, name: str, query: str) -> SavedFilter:
    """Save a query string under a name; the same name again replaces it. ServiceError when that cannot be."""
    name = " ".join(name.split())
    if not name:
        raise ServiceError(_("请给这组筛选条件起个名字。"), field="name", code="required")
    params = QueryDict(query, mutable=True)
    for position in PLACES_IN_LIST:
        params.pop(position, None)
    written = params.urlencode()
    if len(name) > 40 or len(written) > 2000:
        raise ServiceError(_("名称不能超过 40 字，条件不能过长。"), field="name")
    known = of_user(user, resource)
    if known.count() >= MOST and not known.filter(name=name).exists():
        raise ServiceError(_("一个列表最多保存 %(most)d 组筛选条件，请先删除不用的。") % {"most": MOST}, status=409)
    saved, _made = SavedFilter.objects.update_or_create(
        user_id=user.pk, resource=resource, name=name, defaults={"query": written}
    )
    return saved


def delete(user: Any, key: int) -> SavedFilter:
    """Throw one away; Http404 when it is not the user's own."""
    found = SavedFilter.objects.filter(user_id=user.pk, pk=key).first()
    if found is None:
        raise Http404
    found.delete()
    return found
