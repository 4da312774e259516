"""The REST API of everything that goes its way by steps: one row with its log and steps, and the taking of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.pages.api import object_body
from apps.pages.kinds import MOMENT
from apps.pages.resources import Resource
from apps.pages.ways import Way

if TYPE_CHECKING:
    from apps.accounts.models import User


def way_body(resource: type[Resource], way: Way, user: Any, key: int) -> dict[str, Any]:
    """A row as the API shows it, with the steps that one may take and its log; Http404 when it is not the user's."""
    found = resource.rows(user).filter(pk=key).first()
    if found is None:
        raise Http404
    return {**object_body(resource, user, key), **steps_and_log(way, user, found, way.lines(found, user))}


def steps_and_log(way: Way, user: Any, found: Any, lines: Iterable[Any]) -> dict[str, Any]:
    """The steps of a row that one may take, and these lines of its log."""
    return {
        "steps": [step.name for step in way.offered(found, user)],
        "log": [
            {
                "at": MOMENT.json(line.at),
                "by": line.by_name,
                "step": line.step,
                "from_state": line.from_state or None,
                "to_state": line.to_state,
                "note": line.note,
            }
            for line in lines
        ],
    }


class WayStepView(APIView):
    """Take a step; the answer is the row as it is now."""

    resource_of: ClassVar[type[Resource]]
    way: ClassVar[Way]

    def found(self, request: Request, key: int) -> Any:
        """The row, if it is one of the requester's and he has any step in it."""
        row = self.resource_of.rows(request.user).filter(pk=key).first()
        if row is None:
            raise Http404
        if not self.way.concerned(row, cast("User", request.user)):
            raise PermissionDenied(_("您没有办理这一事项的权限。"))
        return row
