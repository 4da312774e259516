"""Work on many rows of a list at once: rows are ticked, or all that match the filters are meant.

A resource says what there is to do (`Resource.bulk`); the list draws boxes and buttons for whoever may. Each act has a
page of its own, which reads with `named` which rows are meant and decides about each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.access import policy
from apps.common.errors import ServiceError
from apps.pages.kinds import NUMBER
from apps.pages.selection import Selection

ROW, ALL = "row", "all"
"""What the list sends: the keys of the rows that were ticked, or the word that all are meant."""
_DIGITS = 18  # of a key; more is none


@dataclass(frozen=True)
class Bulk:
    """Something to do with many rows: the page that asks for the rest, who may, and how many rows at most.

    `whole` says whether all rows that a selection matches may be meant; `hint` what has to be chosen for that.
    """

    page: str  # the name of its URL
    label: str | Promise
    capabilities: tuple[str, ...]
    most: int
    whole: Callable[[Selection], bool] = lambda selection: False
    hint: str | Promise = ""

    def open_to(self, user: Any) -> bool:
        """Whether somebody may do this anywhere."""
        return any(policy.can(user, capability) for capability in self.capabilities)

    def require(self, user: Any) -> None:
        """PermissionDenied for somebody who may do this nowhere."""
        if not self.open_to(user):
            raise PermissionDenied(_("您没有批量办理的权限。"))

    def offer(self, selection: Selection) -> dict[str, Any]:
        """What the list shows of it: where it is asked, whether all rows may be meant, or why not."""
        number, exact = selection.count
        whole = self.whole(selection)
        fits = exact and number <= self.most
        return {
            "url": f"{reverse(self.page)}?{selection.query()}",
            "label": self.label,
            "all": whole and fits,
            "number": NUMBER.text(number),
            "hint": self.hint if not whole else "",
            "most": NUMBER.text(self.most) if whole and not fits else "",
        }

    def named(self, selection: Selection, given: QueryDict) -> list[int]:
        """The keys of the rows that a list's form names, ticked or all that match; of these one more than `most` when
        there are so many. Whether they are the user's is not asked here for what was ticked.

        Raises ServiceError when all are meant and may not be, BadRequest for what no list sends.
        """
        if given.get(ALL):
            if selection.problems:
                raise BadRequest(_("查询条件有误。"))
            if not self.whole(selection):
                raise ServiceError(str(self.hint), field=ALL, code="filter")
            return self.all_of(selection)
        keys = given.getlist(ROW)
        if not all(key.isascii() and key.isdigit() and len(key) <= _DIGITS for key in keys):
            raise BadRequest(_("没有这些记录。"))
        return list(dict.fromkeys(map(int, keys)))

    def all_of(self, selection: Selection) -> list[int]:
        """The keys of all rows that match, and of one more than `most` at the utmost."""
        return list(selection.rows.order_by("pk").values_list("pk", flat=True)[: self.most + 1])


_offered: dict[str, list[Bulk]] = {}


def register(resource: str, bulk: Bulk) -> None:
    """Offer something to do on the list of a resource of an app below, which must not know of it; from `ready()`."""
    known = _offered.setdefault(resource, [])
    if bulk not in known:
        known.append(bulk)


def of(resource: str) -> Sequence[Bulk]:
    """What apps above offer on the list of the resource of this name."""
    return tuple(_offered.get(resource, ()))
