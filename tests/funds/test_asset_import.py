"""Older assets from a workbook: what is new is surveyed, what is there never changed, bad rows say why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.access import scope as scopes
from apps.funds.models import Asset, AssetLog
from apps.pages.imports import tasks
from apps.pages.imports.models import ImportBatch, StagedUnit
from tests.factories.accounts import make_user, planter, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import TOWNSHIP, VILLAGE
from tests.households.import_tools import csv_text

pytestmark = pytest.mark.django_db
FAR = 150422200000
HEADER = [
    "行政区划代码",
    "资产名称",
    "资产形态",
    "资产原值（元）",
    "资金年度",
    "资金来源",
    "形成日期",
    "坐落或存放地点",
]
GOOD = [str(VILLAGE), "育肥羊棚圈", "大棚圈舍", "420,000.50", "2013年", "财政专项扶贫资金", "2013-10-20", "村东"]


@pytest.fixture
def township(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path / "media"
    plant(*VILLAGES)
    return make_user("township", "township_officer", TOWNSHIP)


def bring(user: Any, *rows: list[str]) -> tuple[ImportBatch, Client]:
    client = sign_in(Client(), user)
    file = SimpleUploadedFile("资产.csv", csv_text([HEADER, *rows]).encode())
    assert client.post("/imports/new/assets/", {"file": file}).status_code == 302
    return work(user), client


def work(user: Any) -> ImportBatch:
    with scopes.acting(user):
        batch = ImportBatch.objects.visible_to(user).latest("pk")
    tasks.work(batch.pk, user.pk)
    with scopes.acting(user):
        return ImportBatch.objects.visible_to(user).get(pk=batch.pk)


def test_what_is_new_is_entered_and_the_same_file_changes_nothing(township: Any) -> None:
    batch, client = bring(township, GOOD)
    assert (batch.added, batch.refused) == (1, 0)
    assert client.post(f"/imports/{batch.pk}/confirm/").status_code == 302
    assert work(township).state == "applied"
    with scopes.acting(planter()):
        asset = Asset.objects.get()
        assert (asset.state, str(asset.value), asset.year, asset.division_id) == (
            "surveyed",
            "420000.50",
            2013,
            VILLAGE,
        )
        assert AssetLog.objects.get().step == "survey"
    batch, _client = bring(township, GOOD)
    assert (batch.added, batch.unchanged) == (0, 1)


@pytest.mark.parametrize(
    ("at", "written", "why"),
    [
        (0, str(FAR), "不在您的范围内"),
        (0, "999999999999", "不在您的范围内"),
        (0, str(TOWNSHIP + 999), "不在您的范围内"),
        (1, "", "必填项为空"),
        (2, "飞机", "应为"),
        (3, "-5", "不能小于0"),
        (3, "0", "大于0"),
        (3, "1.005", "两位小数"),
        (4, "1999", "年份"),
        (6, "2999-01-01", "晚于今天"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_good_one_is_not(
    township: Any, at: int, written: str, why: str
) -> None:
    bad = [*GOOD[:at], written, *GOOD[at + 1 :]]
    batch, _client = bring(township, bad, [*GOOD[:1], "机电井", *GOOD[2:]])
    assert (batch.added, batch.refused) == (1, 1)
    with scopes.acting(township):
        (fault,) = StagedUnit.objects.visible_to(township).get(batch=batch, outcome="r").faults
    assert fault[1] == HEADER[at]
    assert why in fault[2]
