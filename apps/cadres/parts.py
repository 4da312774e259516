"""What cadres add to pages of apps below: who helps a household and whether it knows, who answers for a place."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.access import policy
from apps.cadres.models import Card
from apps.cadres.tables import CountyChiefResource, DutyResource, HomeCheckResource, PairingResource
from apps.divisions import codes
from apps.pages.columns import Column
from apps.pages.kinds import MOMENT
from apps.pages.parts import Table
from apps.pages.resources import Resource

SHOWN = 20


class CardPart(Resource):
    """明白卡 of the household; only a part of a person's file. What its picture says is nobody's to read here."""

    name = "card"
    model = Card
    columns = (Column("issued_at", _lazy("制卡时间"), kind=MOMENT),)


def helpers_of(user: Any, household: Any) -> Table:
    """The helpers of a household, those of today first: name, unit and phone, and the way to the cadre's file."""
    names = ("name", "unit_name", "phone", "cadre", "from_on", "until_on")
    columns = [PairingResource.column(name) for name in names]
    reader = PairingResource.reader(user, columns)
    found = PairingResource.rows(user).filter(household=household).order_by("until_on", "pk")
    # An open pairing has no last day, and nulls come last in ascending order; people read the other way round.
    rows = list(found.reverse().values_list(*reader.paths)[: SHOWN + 1])
    may = PairingResource.may_change(user, household)
    return Table(
        _("帮扶责任人"),
        columns,
        list(reader.table_rows(rows[:SHOWN])),
        more=f"{PairingResource.url('list')}?household={household.pk}" if rows else "",
        add=f"{PairingResource.url('create')}?household={household.pk}" if may else "",
        id="helpers",
        links=[(_("明白卡"), reverse("household-card", args=[household.pk]))]
        if policy.can(user, "view_personal_data", household) or may
        else [],
    )


def duties_of(user: Any, village: Any) -> Table:
    """Who is answerable for a village now."""
    names = ("kind", "name", "unit_name", "phone", "team", "from_on")
    columns = [DutyResource.column(name) for name in names]
    reader = DutyResource.reader(user, columns)
    place = village.division_id
    rows = DutyResource.rows(user).filter(division=place, until_on=None).order_by("kind", "pk")
    query = f"?division={place}"
    return Table(
        _("帮扶力量"),
        columns,
        list(reader.table_rows(list(rows.values_list(*reader.paths)[:SHOWN]))),
        more=DutyResource.url("list") + query,
        add=DutyResource.url("create") + query if DutyResource.may_change(user, village) else "",
        id="duties",
    )


def checks_of(user: Any, household: Any) -> Table | None:
    """What was heard at a household of its helper, the latest first, and the way to enter a check."""
    if not HomeCheckResource.open_to(user):
        return None
    columns = [HomeCheckResource.column(name) for name in ("checked_on", "knows_helper", "satisfaction", "checker")]
    reader = HomeCheckResource.reader(user, columns)
    found = HomeCheckResource.rows(user).filter(household=household.pk).order_by("-checked_on")
    rows = list(found.values_list(*reader.paths)[:SHOWN])
    query = f"?household={household.pk}"
    return Table(
        _("入户核查"),
        columns,
        list(reader.table_rows(rows)),
        more=f"{HomeCheckResource.url('list')}{query}" if rows else "",
        add=f"{HomeCheckResource.url('create')}{query}" if HomeCheckResource.may_change(user, household) else "",
        id="home-checks",
    )


def chiefs_of(user: Any, division: Any) -> Table | None:
    """Who leads a county and led it before, the latest first; of counties alone."""
    if division.level != codes.COUNTY or not CountyChiefResource.open_to(user):
        return None
    names = ("name", "post", "from_on", "until_on", "approval_no", "approved_on")
    columns = [CountyChiefResource.column(name) for name in names]
    reader = CountyChiefResource.reader(user, columns)
    found = CountyChiefResource.rows(user).filter(division=division.pk).order_by("-from_on", "-pk")
    query = f"?division={codes.text(division.pk)}"
    return Table(
        _("党政正职"),
        columns,
        list(reader.table_rows(list(found.values_list(*reader.paths)[:SHOWN]))),
        more=f"{CountyChiefResource.url('list')}{query}",
        add=f"{CountyChiefResource.url('create')}{query}" if CountyChiefResource.may_change(user, division.pk) else "",
        id="chiefs",
    )
