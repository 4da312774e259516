"""Results from the spot out of a workbook: what is new is entered, what is there never changed, bad rows say why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from apps.access import scope as scopes
from apps.assessments.models import EffectTarget, SiteResult
from apps.pages.imports import tasks
from apps.pages.imports.models import ImportBatch, StagedUnit
from tests.access.world import EVERYTHING
from tests.factories.accounts import sign_in
from tests.factories.effects import COUNTY, DAY, FAR_COUNTY, LEAGUE, NEXT_COUNTY, Offices
from tests.held import held
from tests.households.import_tools import csv_text

pytestmark = pytest.mark.django_db
HEADER = ["被考核地区代码", "考核年度", "指标", "来源", "抽查数", "有问题数", "说明"]
GOOD = [str(COUNTY), "2018", "漏评率", "上级核查", "300", "2", "第二组"]


@pytest.fixture(scope="module")
def offices(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Offices]:
    media = str(tmp_path_factory.mktemp("media"))
    with override_settings(REFERENCE_DATE=DAY, MEDIA_ROOT=media), held(django_db_blocker):
        made = Offices.made()
        for kind in ("league", "county"):
            made.scheme(kind, weights={"missed": 60, "exits": 40})
            made.open(kind)
        yield made


def bring(user: Any, *rows: list[str]) -> tuple[ImportBatch, Client]:
    client = sign_in(Client(), user)
    file = SimpleUploadedFile("结果.csv", csv_text([HEADER, *rows]).encode())
    assert client.post("/imports/new/site-results/", {"file": file}).status_code == 302
    return work(user), client


def work(user: Any) -> ImportBatch:
    with scopes.acting(user):
        batch = ImportBatch.objects.visible_to(user).latest("pk")
    tasks.work(batch.pk, user.pk)
    with scopes.acting(user):
        return ImportBatch.objects.visible_to(user).get(pk=batch.pk)


def test_what_is_new_is_entered_once_and_the_assessed_never_sees_it(offices: Offices) -> None:
    batch, client = bring(offices.league, GOOD, [*GOOD[:2], "错退率", *GOOD[3:]])
    assert (batch.added, batch.refused) == (2, 0)
    assert client.post(f"/imports/{batch.pk}/confirm/").status_code == 302
    assert work(offices.league).state == "applied"
    with scopes.activate(EVERYTHING):
        one = SiteResult.objects.get(code="missed")
        assert (one.division_id, one.assessed_id, one.sampled, one.wrong) == (LEAGUE, COUNTY, 300, 2)
        assert one.entered_by == offices.league
    batch, _client = bring(offices.league, GOOD, [*GOOD[:5], "3", ""])
    assert (batch.unchanged, batch.refused) == (1, 1)
    assert sign_in(Client(), offices.county).get("/api/v1/site-results/").json()["results"] == []
    assert len(client.get("/api/v1/site-results/").json()["results"]) == 2


BAD: dict[str, tuple[list[str], str]] = {
    "another league's county": ([str(FAR_COUNTY), *GOOD[1:]], "不由本单位"),
    "its own place": ([str(LEAGUE), *GOOD[1:]], "不由本单位"),
    "no place": (["150499000000", *GOOD[1:]], "不由本单位"),
    "another year": ([GOOD[0], "2017", *GOOD[2:]], "不由本单位"),
    "not its source": ([*GOOD[:3], "第三方评估", *GOOD[4:]], "不由本单位"),
    "an indicator that is computed": ([*GOOD[:2], "减贫人口", *GOOD[3:]], "漏评率"),
    "more wrong than looked at": ([*GOOD[:4], "10", "11", ""], "不能多于"),
    "nothing looked at": ([*GOOD[:2], "错评率", "上级核查", "0", "0", ""], "大于0"),
    "no number": ([*GOOD[:4], "许多", "2", ""], "抽查数"),
    "a negative number": ([*GOOD[:5], "-1", ""], "有问题数"),
}


def test_bad_rows_say_why_and_the_others_are_entered(offices: Offices) -> None:
    batch, _client = bring(offices.league, *(row for row, _why in BAD.values()), [str(NEXT_COUNTY), *GOOD[1:]])
    assert (batch.added, batch.refused) == (1, len(BAD))
    with scopes.acting(offices.league):
        units = {unit.row: unit for unit in StagedUnit.objects.filter(batch=batch)}
    told = [str(units[row].faults) for row in sorted(units) if units[row].faults]
    assert all(why in text for (_row, why), text in zip(BAD.values(), told, strict=True)), told


def test_the_same_result_twice_in_a_file_is_refused_once(offices: Offices) -> None:
    batch, _client = bring(offices.league, GOOD, [*GOOD[:5], "9", ""])
    assert (batch.added, batch.refused) == (1, 1)


def test_plans_come_out_of_a_workbook_from_above_and_before_the_year_is_open(offices: Offices) -> None:
    header = ["行政区划代码", "年度", "计划减贫人数", "计划退出贫困村数", "计划收入增长（%）"]
    good = [str(COUNTY), "2019", "500", "2", "10.5"]
    rows = [
        good,
        [str(NEXT_COUNTY), "2018", "5", "", ""],
        [str(FAR_COUNTY), "2019", "5", "", ""],
        [str(NEXT_COUNTY), "2019", "", "", ""],
    ]
    file = SimpleUploadedFile("计划.csv", csv_text([header, *rows]).encode())
    client = sign_in(Client(), offices.league)
    assert client.post("/imports/new/effect-targets/", {"file": file}).status_code == 302
    batch = work(offices.league)
    assert (batch.added, batch.refused) == (1, 3)
    assert client.post(f"/imports/{batch.pk}/confirm/").status_code == 302
    assert work(offices.league).state == "applied"
    with scopes.activate(EVERYTHING):
        one = EffectTarget.objects.get(year=2019)
    assert (one.division_id, one.exit_persons, one.removed_counties, one.income_growth) == (COUNTY, 500, None, 10.5)


def test_the_template_is_for_those_who_may_import(offices: Offices) -> None:
    assert sign_in(Client(), offices.league).get("/site-results/import/template.xlsx").status_code == 200
    assert sign_in(Client(), offices.head).get("/site-results/import/template.xlsx").status_code == 403


def test_a_form_enters_one_for_a_place_that_is_ones_own_to_check(offices: Offices) -> None:
    window = sign_in(Client(), offices.league)
    page = window.get("/site-results/new/")
    assert page.status_code == 200 and "巴林左旗" in page.content.decode()
    said = {"division": LEAGUE, "assessed": COUNTY, "year": 2018, "code": "missed", "source": "office", "sampled": 20,
            "wrong": 1}  # fmt: skip
    assert window.post("/site-results/new/", {**said, "assessed": FAR_COUNTY}).status_code == 422
    assert window.post("/site-results/new/", {**said, "wrong": 21}).status_code == 422
    assert window.post("/site-results/new/", said).status_code == 302
    assert window.post("/site-results/new/", said).status_code == 422
