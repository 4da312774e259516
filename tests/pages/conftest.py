"""A register of some villages, an account at each of three levels, and a resource to look at them with."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.households.models import Household
from apps.pages.columns import Column
from apps.pages.filters import Filters, between
from apps.pages.forms import PageForm
from apps.pages.kinds import BOOL, DATE, IDENTIFIER, MOMENT, NUMBER, PLACE, SEALED, Code, State
from apps.pages.resources import Resource
from apps.pages.selection import Selection
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant

COUNTY, VILLAGE = 150422000000, 150422100200


class SampleFilters(Filters):
    plan_exit_year_min, plan_exit_year_max = between("plan_exit_year", _("计划脱贫年度"))

    class Meta:
        model = Household
        fields = ["status", "cause_main", "is_relocated", "identified_on", "filled_by"]


class SampleForm(PageForm):
    class Meta:
        model = Household
        fields = ["division", "address", "cause_main", "is_relocated", "phone"]


class SampleResource(Resource):
    """Households as a test sees them: every kind of column, and an ordering by a column that may be empty."""

    name = "sample"
    model = Household
    filters = SampleFilters
    form = SampleForm
    title = "code"
    columns = (
        Column("code", _("户编码"), kind=IDENTIFIER, sortable=True),
        Column("division", _("所在地"), source="division_id", kind=PLACE),
        Column("status", _("脱贫属性"), kind=State("poverty_status", colours={"20": "yellow", "50": "red"})),
        Column("cause_main", _("主要致贫原因"), kind=Code("poverty_cause")),
        Column("address", _("家庭住址")),
        Column("plan_exit_year", _("计划脱贫年度"), kind=NUMBER, sortable=True),
        Column("identified_on", _("识别时间"), kind=DATE, default=False),
        Column("is_relocated", _("是否搬迁户"), kind=BOOL, default=False),
        Column("phone", _("联系电话"), kind=SEALED, default=False),
        Column("updated_at", _("更新时间"), kind=MOMENT, default=False),
        Column("version", _("版本"), kind=NUMBER, default=False),
    )


def select(user: Any, query: str = "", *, strict: bool = True) -> Selection:
    """What `?query` asks of the sample resource."""
    return Selection(SampleResource, user, QueryDict(query), strict=strict)


@pytest.fixture
def places(db: None) -> tuple[int, ...]:
    """The divisions of the register, planted."""
    plant(*VILLAGES)
    return VILLAGES


@pytest.fixture
def officer(places: tuple[int, ...]) -> User:
    """A county officer."""
    return make_user("county", "county_officer", COUNTY)
