"""Exports: what is seen is what is taken out, without formulas, in the requester's own scope, and on record."""

from __future__ import annotations

import io
import os

import openpyxl
import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from apps.access import scope as scopes
from apps.accounts.models import Post
from apps.accounts.services import SET_UP, appoint, end_post
from apps.common.errors import ServiceError
from apps.history.models import AccessLog
from apps.pages import exports, tasks, workbook
from apps.pages.models import ExportJob
from tests.factories.accounts import make_user, sign_in
from tests.factories.households import make_household
from tests.pages.conftest import COUNTY, VILLAGE, SampleResource

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.urls")]

EXPORT = "/samples/export/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    return tmp_path


@pytest.fixture
def households(places):
    return [
        make_household(150422100200, address="=HYPERLINK(1)", plan_exit_year=2018, status="50"),
        make_household(150422100201, address="一组3号"),
        make_household(150423100200, address="邻县"),
    ]


def rows_of(content: bytes) -> list[tuple]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book.worksheets[0].iter_rows(values_only=True))


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_small_export_is_the_list_as_a_workbook(client, officer, households):
    answer = sign_in(client, officer).post(
        f"{EXPORT}?order=code&columns=code,division,status,address,plan_exit_year,phone"
    )
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert rows_of(content_of(answer)) == [
        ("户编码", "所在地", "脱贫属性", "家庭住址", "计划脱贫年度", "联系电话"),
        (
            households[0].code,
            "赤峰市 巴林左旗 林东镇 索布力嘎村",
            "返贫",
            "'=HYPERLINK(1)",
            2018,
            str(households[0].phone),
        ),
        (households[1].code, "赤峰市 巴林左旗 林东镇 福山地村", "未脱贫", "一组3号", None, str(households[1].phone)),
    ]


def test_filters_hold_for_the_export_and_stand_in_the_workbook(client, officer, households):
    answer = sign_in(client, officer).post(f"{EXPORT}?status=50&columns=code&division=150422100000")
    content = content_of(answer)
    assert rows_of(content) == [("户编码",), (households[0].code,)]
    about = dict(openpyxl.load_workbook(io.BytesIO(content)).worksheets[1].iter_rows(values_only=True))
    assert about["查询条件"] == "脱贫属性：返贫"
    assert about["所在地"] == "150422100000"
    assert about["导出人"] == "county (county)"


def test_every_export_is_on_record_with_place_columns_and_rows(client, officer, households):
    sign_in(client, officer).post(f"{EXPORT}?columns=code,phone&division=150422100000")
    with scopes.acting(officer):
        log = AccessLog.objects.get(action=AccessLog.Action.EXPORT)
    assert (log.username, log.division_id, log.object_kind, log.fields, log.rows) == (
        "county",
        150422100000,
        "households.household",
        ["code", "phone"],
        2,
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(text):
    assert workbook.safe_text(text) == f"'{text}"
    assert workbook.safe_text(f"甲{text}") == f"甲{text}"


def test_without_the_right_nothing_is_taken_out(client, households):
    inspector = make_user("inspector", "inspector", COUNTY)
    assert sign_in(client, inspector).post(EXPORT).status_code == 403
    assert client.post(f"{EXPORT}?division=150423000000").status_code == 404
    assert client.get(EXPORT).status_code == 405
    with scopes.acting(inspector):
        assert AccessLog.objects.filter(action="export").count() == 0


def test_rows_seen_without_the_right_to_export_stay_out(households):
    both = make_user("both", "village_officer", VILLAGE)
    with scopes.activate(SET_UP):
        appoint(both, role="inspector", division=150423000000, by=None)
    scopes.forget(both)
    with scopes.acting(both):
        assert SampleResource.rows(both).count() == 2
        selection = exports.select(SampleResource, both, QueryDict("columns=code"))
        assert list(selection.rows.values_list("code", flat=True)) == [households[0].code]
        with pytest.raises(PermissionDenied):
            exports.select(SampleResource, both, QueryDict("division=150423000000"))


def test_a_wrong_question_is_refused(client, officer, households):
    with scopes.acting(officer), pytest.raises(ServiceError):
        exports.select(SampleResource, officer, QueryDict("status=99"))
    assert sign_in(client, officer).post(f"{EXPORT}?status=99").status_code == 400


@pytest.fixture
def job(client, officer, households, monkeypatch, django_capture_on_commit_callbacks):
    """An export of two rows that is large enough for the background, and has been done there."""
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    monkeypatch.setattr(tasks.export, "delay", tasks.export)
    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in(client, officer).post(f"{EXPORT}?columns=code&order=-code")
    assert answer.status_code == 302
    with scopes.acting(officer):
        found = ExportJob.objects.get()
    assert answer["Location"] == f"/exports/{found.pk}/"
    return found


def test_a_large_export_is_done_by_a_worker_in_the_scope_of_who_asked(client, job, households):
    assert (job.state, job.rows, job.expected_rows) == ("done", 2, 2)
    answer = client.get(f"/exports/{job.pk}/file/")
    assert answer.status_code == 200
    assert rows_of(content_of(answer)) == [("户编码",), (households[1].code,), (households[0].code,)]
    assert "下载" in client.get(f"/exports/{job.pk}/").content.decode()
    assert job.title in client.get("/exports/").content.decode()


def test_a_worker_writes_in_the_language_of_who_asked(officer, households):
    officer.language = "en"
    with scopes.acting(officer):
        officer.save(update_fields=["language"])
        job = exports.submit(exports.select(SampleResource, officer, QueryDict("columns=code")), officer)
    tasks.export(job.pk, officer.pk)
    with job.path.open("rb") as file:
        assert rows_of(file.read())[0] == ("Household code",)


def test_the_file_is_for_its_user_alone(client, job):
    for name, role, division in (
        ("other", "county_officer", COUNTY),
        ("region", "region_officer", 150000000000),
        ("audit", "audit_administrator", 150000000000),
    ):
        sign_in(client, make_user(name, role, division))
        assert client.get(f"/exports/{job.pk}/file/").status_code == 404
        assert client.get(f"/exports/{job.pk}/").status_code == 404


def test_a_right_lost_before_the_worker_comes_gives_no_file(officer, households, places):
    with scopes.acting(officer):
        job = exports.submit(exports.select(SampleResource, officer, QueryDict("")), officer)
    superior = make_user("region", "region_officer", 150000000000)
    with scopes.acting(superior):
        end_post(Post.objects.get(user=officer), by=superior)
    tasks.export(job.pk, officer.pk)
    with scopes.acting(officer):
        job.refresh_from_db()
    assert (job.state, job.path.exists()) == ("failed", False)


def test_a_task_that_comes_twice_writes_once(officer, job):
    written = job.path.stat().st_mtime_ns
    tasks.export(job.pk, officer.pk)
    assert job.path.stat().st_mtime_ns == written


def test_files_are_thrown_away_after_a_day(client, job, monkeypatch):
    tasks.purge_exports()
    assert job.path.exists()
    os.utime(job.path, (0, 0))
    draft = job.path.with_suffix(".draft")
    draft.touch()
    os.utime(draft, (0, 0))
    tasks.purge_exports()
    assert (job.path.exists(), draft.exists()) == (False, False)
    assert client.get(f"/exports/{job.pk}/file/").status_code == 404
    assert "文件已过期" in client.get(f"/exports/{job.pk}/").content.decode()


@pytest.mark.parametrize(
    ("body", "status"), [("", 200), ("{}", 200), ("null", 400), ("0", 400), ('""', 400), ("[]", 400)]
)
def test_an_export_takes_no_body_or_an_object(client, officer, households, body, status):
    answer = sign_in(client, officer).post("/api/v1/households/export/", body, content_type="application/json")
    assert answer.status_code == status
