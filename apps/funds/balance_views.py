"""资金总览: what a place and its units have, put into projects and paid, up to any day; as a table and as a flow."""

from __future__ import annotations

import datetime
import re
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.access import scope as scopes
from apps.common.days import today
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.choices import FundKind, Origin
from apps.funds.services import balances
from apps.funds.services.balances import Balance
from apps.funds.services.flow import MOST_NODES, Flow, Node, draw
from apps.pages.kinds import MONEY
from apps.pages.places import Places

ASKED = {"division", "on", "year", "kind"}
_YEAR = re.compile(r"20[0-9]{2}")
PARTS = [part.name for part in fields(Balance)]
SUMS = [*PARTS, "total", "retained", "idle", "left"]


class Question:
    """What is asked: a place (the highest of one's own if none is said), a day, a funding year, a kind of money.

    404 for a place of others, 403 for an account without any view of money, BadRequest for what cannot be answered.
    """

    def __init__(self, user: Any, params: Any) -> None:
        self.user = user
        own = scopes.of(user).ranges("funds")
        self.division = self._place(params.get("division", ""), own)
        if not own:
            raise PermissionDenied(_("您的账户没有查看这类数据的权限。"))
        wrong = set(params) - ASKED or any(len(values) > 1 for _name, values in params.lists())
        year, self.kind = params.get("year", ""), params.get("kind", "")
        if wrong or (year and not _YEAR.fullmatch(year)) or (self.kind and self.kind not in FundKind.values):
            raise BadRequest(_("查询条件有误。"))
        self.year = int(year) if year else None
        self.on = self._day(params.get("on", ""))

    def _place(self, written: str, own: Any) -> int:
        if not written:
            return own[0][0] if own else codes.WHOLE_REGION
        try:
            code = codes.parse(written)
        except ValueError as error:
            raise BadRequest(_("查询条件有误。")) from error
        if not any(low <= code <= high for low, high in own) or not Division.objects.filter(code=code).exists():
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        return code

    def _day(self, written: str) -> datetime.date:
        try:
            return datetime.date.fromisoformat(written) if written else today()
        except ValueError as error:
            raise BadRequest(_("查询条件有误。")) from error

    @property
    def only(self) -> dict[str, Any]:
        return {name: value for name, value in (("year", self.year), ("kind", self.kind)) if value}

    def whole(self) -> Balance:
        return balances.balance(self.user, self.division, self.on, **self.only)

    def units(self) -> dict[int, Balance]:
        """Of the units directly below; none at a village."""
        if codes.level(self.division) == codes.VILLAGE:
            return {}
        return balances.by_unit(self.user, self.division, self.on, **self.only)

    def address(self, division: int, **more: Any) -> str:
        """This page for another place."""
        query = {"division": division, "on": self.on.isoformat(), **self.only, **more}
        return f"{reverse('funds')}?{urlencode(query)}"

    def entries(self, division: int, *acts: str) -> str:
        """The entries behind a sum."""
        query: list[tuple[str, Any]] = [("division", division), ("booked_to", self.on.isoformat())]
        query += [(name, value) for name, value in self.only.items()] + [("act", act) for act in acts]
        return f"{reverse('entry-list')}?{urlencode(query)}"


class BalancePage(View):
    """资金总览 of a place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = Question(request.user, request.GET)
        whole, units = asked.whole(), asked.units()
        names = Division.objects.in_bulk(list(units))
        parts = units or {asked.division: whole}
        left = left_here(parts, asked.division)
        there = sum(left.values(), Decimal(0))
        context = {
            "asked": asked,
            "title": _("资金总览"),
            "place_name": Places.of([asked.division]).full(asked.division),
            "whole": whole,
            "rows": [
                (
                    _("本级") if code == asked.division else names[code].short_name if code in names else str(code),
                    asked.address(code) if code != asked.division else "",
                    found,
                    share(found.paid, left[code]),
                )
                for code, found in units.items()
            ],
            "there": there,
            "retained": there - whole.allocated,
            "share": share(whole.paid, there),
            "expected": asked.on.timetuple().tm_yday / 365 if asked.year == asked.on.year else None,
            "flow": flow_of(asked, parts, left, {code: place.short_name for code, place in names.items()}),
            "kinds": FundKind.choices,
            "links": {name: asked.entries(asked.division, name) for name in ("budget", "pass", "allocate", "pay")},
        }
        return render(request, "funds/balance.html", context)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """A share between 0 and 1; None of nothing."""
    return part / whole if whole else None


def flow_of(asked: Question, units: dict[int, Balance], left: dict[int, Decimal], names: dict[int, str]) -> Flow:
    """Sources, the units that have the money (`left`, from `left_here`), and what became of it."""
    there = sum(left.values(), Decimal(0))
    origins = balances.by_origin(asked.user, asked.division, asked.on, **asked.only)
    sources = [
        Node(f"from-{name}", str(Origin(name).label), amount, asked.entries(asked.division, "budget", "pass"), "source")
        for name, amount in origins.items()
    ]
    given = there - sum(origins.values(), Decimal(0))
    sources.append(
        Node("from-quotas-above", _("上级指标直接落实"), given, asked.entries(asked.division, "allocate"), "source")
    )
    large = sorted(units, key=lambda code: left[code], reverse=True)
    shown, rest = large[:MOST_NODES], large[MOST_NODES:]
    places, ends = [], {"paid": Decimal(0), "idle": Decimal(0), "retained": Decimal(0)}
    links: list[tuple[str, str, Decimal, str]] = []
    groups = [([code], names.get(code, _("本级")) if code != asked.division else _("本级")) for code in shown]
    groups += [(rest, _("其他"))] if rest else []
    labels = {"paid": _("已拨付"), "idle": _("已落实未拨付"), "retained": _("未落实")}
    for group, label in groups:
        found = [units[code] for code in group]
        amount = sum((left[code] for code in group), Decimal(0))
        key = f"unit-{group[0]}"
        places.append(Node(key, str(label), amount, asked.address(group[0]) if len(group) == 1 else "", "place"))
        paid, allocated = (sum((getattr(one, name) for one in found), Decimal(0)) for name in ("paid", "allocated"))
        parts = {"paid": paid, "idle": allocated - paid, "retained": amount - allocated}
        for name, part in parts.items():
            ends[name] += part
            act = {"paid": ("pay",), "idle": ("allocate", "return")}.get(name, ("budget", "pass", "recover"))
            links.append((key, f"end-{name}", part, asked.entries(group[0], *act) if len(group) == 1 else ""))
    finals = [Node(f"end-{name}", str(labels[name]), amount, "", name) for name, amount in ends.items()]
    here = Node("here", _("可用资金"), there, asked.entries(asked.division, "budget", "pass"), "place")
    into = [(node.name, "here", node.amount, node.url) for node in sources]
    onward = [("here", node.name, node.amount, node.url) for node in places]
    return draw([sources, [here], places, finals], [*into, *onward, *links])


def left_here(units: dict[int, Balance], division: int) -> dict[int, Decimal]:
    """What each unit has for itself, in yuan; together what there is at the place.

    Projects of a unit that got more than was passed to it were given the rest out of quotas of the place, as all those
    of a county are, or of places above it, as those of a township: this and what was passed on is no more the place's.
    """
    found = {code: max(one.total, one.allocated) for code, one in units.items() if code != division}
    if here := units.get(division):
        passed = (one.from_above - one.recovered for code, one in units.items() if code != division)
        given = (there - units[code].total for code, there in found.items())
        found[division] = max(here.total - sum(passed, Decimal(0)) - sum(given, Decimal(0)), here.allocated)
    return found


class BalanceView(APIView):
    """The money of a place and of its units up to a day."""

    @extend_schema(
        parameters=[
            OpenApiParameter("division", OpenApiTypes.STR),
            OpenApiParameter("on", OpenApiTypes.DATE),
            OpenApiParameter("year", OpenApiTypes.INT),
            OpenApiParameter("kind", OpenApiTypes.STR, enum=FundKind.values),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        if "" in request.query_params.values():  # of a page's form an empty field asks for nothing
            raise BadRequest(_("查询条件有误。"))
        asked = Question(request.user, request.query_params)
        units = asked.units()
        return Response(
            {
                "division": str(asked.division),
                "on": asked.on.isoformat(),
                **_body(asked.whole()),
                "units": [{"division": str(code), **_body(found)} for code, found in units.items()],
            }
        )


def _body(found: Balance) -> dict[str, Any]:
    return {name: MONEY.json(getattr(found, name)) for name in SUMS}
