"""The command that writes the demonstration register: what it leaves for its owner, and what it refuses."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.access.backends import ScopedBackend
from apps.common.errors import ServiceError
from apps.dashboards.demo import counties, diaries, loans, money_notices, officials, writing
from apps.dashboards.demo.comparisons import PLANTS
from apps.dashboards.demo.contradictions import CARRIERS
from apps.dashboards.demo.planting import assets, money, projects
from apps.divisions.services.loading import load

SCALE, SEED, PASSWORD = 2000, 7, "a demonstration password"


def test_without_divisions_there_is_nothing_to_seed(db):
    with pytest.raises(ServiceError, match="load_divisions"):
        writing.seed(SCALE, SEED, PASSWORD)


def test_the_command_writes_accounts_and_truth_for_the_owner_alone(committed_db, tmp_path, capsys):
    load()
    with pytest.raises(CommandError, match="scale"):
        call_command("seed_demo", scale=0, folder=tmp_path)
    assert not list(tmp_path.iterdir())
    call_command("seed_demo", scale=SCALE, seed=SEED, folder=tmp_path)
    demo = json.loads((tmp_path / "demo.json").read_text())
    truth = json.loads((tmp_path / "demo-truth.json").read_text())
    assert demo["scale"] == SCALE and demo["api"] == f"{demo['url']}api/v1/"
    assert [(one["division"], one["scopes"]) for one in demo["clients"]] == [
        ("150400000000", ["households:verify", "datasets:write"]),
        ("150422000000", ["households:verify", "households:details"]),
        ("150522000000", ["households:verify"]),
    ]
    first = demo["clients"][0]
    body = {"grant_type": "client_credentials", "client_id": first["id"], "client_secret": first["secret"]}
    assert Client().post("/oauth/token/", body).status_code == 200
    assert demo["accounts"][0] == {
        "username": "region",
        "role": "region_officer",
        "level": 1,
        "division": "150000000000",
    }
    assert ScopedBackend().authenticate(None, username="village-150422100200", password=demo["password"]) is not None
    planted = {*CARRIERS, *(plant.rule for plant in (*PLANTS, *diaries.PLANTS, *loans.PLANTS)), "CV-04"}
    planted |= {*officials.WHY, *counties.WHY}
    of_money = {rule for one in (projects.WHY, money.WHY, money_notices.WHY, assets.WHY) for rule in one}
    assert {entry["rule"] for entry in truth} == planted | of_money
    assert of_money == {f"FP-{number:02d}" for number in range(1, 21)}
    assert sum(entry["rule"] in of_money for entry in truth) >= 20
    assert set(truth[0]) == {"rule", "object_kind", "household_code", "person_code", "division", "why", "cadre_code"}
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600
    printed = capsys.readouterr().out
    assert "households_household: 178 rows" in printed and "all invented" in printed
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo", scale=SCALE, seed=SEED, folder=tmp_path)
