"""What cadres add to pages of apps below: who helps a household, who is answerable for a village."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from apps.access import policy
from apps.cadres.models import Card
from apps.cadres.tables import DutyResource, PairingResource
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
