"""Kinds and columns that several of the register's declarations use."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.households.models import Verdict
from apps.pages.columns import Column
from apps.pages.kinds import IDENTIFIER, NUMBER, Number, State

STATUS = State(
    "poverty_status",
    colours={
        "10": "grey",
        "20": "yellow",
        "30": "blue",
        "40": "green",
        "41": "green",
        "50": "red",
        "60": "grey",
        "70": "grey",
    },
)
VERDICT = State(labels=dict(Verdict.choices), colours={"met": "green", "not_met": "red", "unknown": "grey"})
AREA = Number(2)
ROW_ID = Column("id", _("编号"), source="pk", kind=NUMBER, default=False)
KEYS = (ROW_ID, Column("version", _("版本"), kind=NUMBER, default=False))
HOUSEHOLD = Column(
    "household", _("户编码"), source="household__code", kind=IDENTIFIER, link="household", link_source="household_id"
)
