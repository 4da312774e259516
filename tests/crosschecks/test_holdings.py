"""FP-15, FP-16: what projects leave behind, asked four ways (tests.crosschecks.engines)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.test import Client

from apps.crosschecks.evidence import sentence
from apps.crosschecks.rules.parameters import Settings
from tests.crosschecks.families import LINES, REFERENCE, VILLAGE
from tests.crosschecks.field_work import COUNTY, day
from tests.crosschecks.money import asset, project, share
from tests.crosschecks.supplied import found
from tests.crosschecks.test_records import write
from tests.factories.accounts import make_user, sign_in

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def test_fp_15_sixty_days_to_enter_what_was_built():
    edge = REFERENCE - 60 * DAY
    done = {"state": "finished", "finished_on": edge - DAY}
    made = {
        "forgotten": project(**done),
        "just not": project(**{**done, "finished_on": edge}),
        "entered": project(**done),
        "training": project(**done, kind="training"),
        "stopped": project(**{**done, "state": "stopped"}),
    }
    asset(project=made["entered"], state="surveyed", kind="", number="", registered_on=None)
    strict = Settings.of([*LINES, ("asset_days", COUNTY, Decimal(59))])
    assert set(found("FP-15", settings=strict)) == {("project", made[name].pk) for name in ("forgotten", "just not")}
    got = found("FP-15")
    assert set(got) == {("project", made["forgotten"].pk)}
    assert sentence("FP-15", got["project", made["forgotten"].pk]).endswith("形成资产未登记")


def test_fp_16_used_and_shared_out():
    left = {"state_before": "in_use"}
    made = {
        "shared": asset(),
        "last year's": asset(),
        "planned": asset(),
        "idle": asset(state="idle", **left),
        "idle, shared": asset(state="idle", **left),
        "new": asset(acquired_on=day(1, 1)),
        "old enough": asset(acquired_on=datetime.date(2017, 12, 31)),
        "public": asset("public"),
        "public, idle": asset("public", state="idle", **left),
        "surveyed": asset(state="surveyed", number="", registered_on=None),
        "written off": asset(state="written_off", written_off_on=day(3, 1)),
    }
    for name in ("shared", "idle, shared"):
        share(made[name])
    share(made["planned"], state="planned")
    share(made["last year's"], year=2017)
    names = {("asset", one.pk): name for name, one in made.items()}
    got = {names[key]: one["asset_fault"] for key, one in found("FP-16").items()}
    assert got == {
        "last year's": "unshared,", "planned": "unshared,", "idle": "idle,unshared,", "idle, shared": "idle,",
        "old enough": "unshared,",
    }  # fmt: skip
    # Until December the year before is asked for, when the newer ones earned nothing yet.
    before = {names[key]: one["asset_fault"] for key, one in found("FP-16", day(11, 30)).items()}
    assert before == {"shared": "unshared,", "planned": "unshared,", "idle": "idle,unshared,",
                      "idle, shared": "idle,unshared,"}  # fmt: skip
    finding = next(one for one in write("FP-16") if one.object_id == made["idle"].pk)
    assert (finding.object_kind, finding.division_id, finding.acting_level) == ("asset", VILLAGE, 3)
    page = sign_in(Client(), make_user("county", "county_officer", COUNTY)).get(f"/findings/{finding.pk}/")
    assert f'href="/assets/{finding.object_id}/"' in page.content.decode()
    assert "育肥羊棚圈闲置、当年未分配收益" in page.content.decode()
