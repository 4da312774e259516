"""What a household got of public money, on its page: for those who see money there, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.funds.models import Project
from tests.factories.accounts import make_user, sign_in
from tests.factories.assets import contract, go, in_use, on, plan, receipt, share_out
from tests.factories.cadres import pair
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, VILLAGE, Office
from tests.factories.households import make_household, make_person
from tests.factories.projects import Way

pytestmark = pytest.mark.django_db
ACCOUNT = "6222020400001234567"
PARTS = ("beneficiaries", "payments", "assets", "distribution-lines")


def test_the_page_lists_what_the_household_got(django_assert_max_num_queries: Any) -> None:
    plant(*VILLAGES)
    way = Way.make()
    household = make_household(VILLAGE, bank_account=ACCOUNT)
    make_person(household, name="包金山")
    project: Project = way.project(household)
    county = Office.at(COUNTY)
    allocation = county.allocate(county.budget(5000), project, 5000)
    county.pay(allocation, 700, household=household.pk, payee_name="包金山", payee_account=ACCOUNT)
    asset = go(way, go(way, in_use(way), "contract", contract=contract()), "receive", receipt=receipt(100))
    on(way, share_out(way, asset, plan(100, (household, 100))), "check")
    village = sign_in(Client(), way.people["village"])
    address = f"/households/{household.pk}/"
    village.get(address)  # the first request of a session writes it down
    with django_assert_max_num_queries(49):  # three more than of a household that got nothing
        page = village.get(address).content.decode()
    assert [part for part in PARTS if f'id="{part}"' in page] == ["beneficiaries", "payments", "distribution-lines"]
    assert "700.00" in page and page.count(project.name) >= 2 and ACCOUNT not in page
    helper = make_user("helper", "helper", VILLAGES[4])
    pair(household, helper)
    theirs = sign_in(Client(), helper).get(address).content.decode()
    assert household.code in theirs
    assert not [part for part in PARTS if f'id="{part}"' in theirs]
    for part in ("payments", "beneficiaries", "distribution-lines", "assets"):
        listed = village.get(f"/{part}/?household={household.pk}")
        assert listed.status_code == 200
