"""How values of departments' data look: names of data sets, states, freshness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.datasets.catalogue import datasets
from apps.datasets.models import Delivery
from apps.pages.kinds import Kind, State


class DatasetName(Kind):
    """A data set: its code, and for people its name beside it."""

    width = 30
    schema: Mapping[str, Any] = {"type": "string", "pattern": "^[A-Z]{2}-[A-Z]{2}$"}

    def text(self, value: str) -> str:
        known = datasets().get(value)
        return f"{value} {known.name}" if known else value

    def markup(self, value: str) -> SafeString:
        return format_html("{}", self.text(value))


class Freshness(models.TextChoices):
    """How fresh a data set is at a place."""

    FRESH = "fresh", _("有效")
    PARTLY = "partly", _("部分地区有效")
    STALE = "stale", _("已过期")
    MISSING = "missing", _("未报送")


DATASET = DatasetName()
DELIVERY_STATE = State(
    labels=dict(Delivery.State.choices),
    colours={
        Delivery.State.RECEIVING: "blue",
        Delivery.State.HELD: "yellow",
        Delivery.State.ACCEPTED: "green",
        Delivery.State.REFUSED: "red",
    },
)
FRESHNESS = State(
    labels=dict(Freshness.choices),
    colours={Freshness.FRESH: "green", Freshness.PARTLY: "yellow", Freshness.STALE: "red"},
)
