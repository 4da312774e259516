"""Large exports wait for a second person: asked for a reason, decided by another, done in the requester's own scope."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import Post
from apps.accounts.services import end_post
from apps.common.errors import Refused, ServiceError
from apps.dashboards.todo import _exports
from apps.history.models import AccessLog
from apps.pages import approvals, tasks
from apps.pages.models import ExportApproval, ExportJob
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.households import make_household
from tests.pages.conftest import COUNTY, VILLAGE

pytestmark = pytest.mark.django_db

LEAGUE, REGION = 150400000000, 150000000000
EXPORT = "/households/export/?columns=code,phone"
API = "/api/v1/households/export/?columns=code,phone"
REASON = "年度核查名单"


@pytest.fixture(autouse=True)
def small(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    settings.EXPORT_APPROVAL_ROWS = 1
    monkeypatch.setattr(tasks.export, "delay", tasks.export)
    cache.clear()


@pytest.fixture
def households(places):
    return [make_household(VILLAGE) for _ in range(3)]


@pytest.fixture
def village(households):
    return make_user("asker", "village_officer", VILLAGE)


@pytest.fixture
def county(places):
    return make_user("decider", "county_officer", COUNTY)


@pytest.fixture
def asked(client, village, county) -> ExportApproval:
    answer = sign_in(client, village).post(EXPORT, {"reason": REASON})
    assert answer.status_code == 302
    return found_of(village)


def found_of(user) -> ExportApproval:
    with scopes.acting(user):
        return ExportApproval.objects.select_related("job").get(user=user)


def decide(user, found, **given) -> ExportApproval:
    with scopes.acting(user):
        return approvals.decide(found, by=user, **given)


def test_a_large_export_asks_for_its_purpose_first(client, village, county):
    sign_in(client, village)
    page = client.post(EXPORT)
    assert page.status_code == 200 and 'name="reason"' in page.content.decode()
    assert client.post(EXPORT, {"reason": " x "}).status_code == 422
    refused = client.post(API, {}, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    with scopes.acting(village):
        assert not ExportJob.objects.exists()


def test_it_waits_with_all_that_a_second_person_must_know(client, asked, village, county):
    assert (asked.division_id, asked.rows, asked.reason, asked.acting_division) == (VILLAGE, 3, REASON, COUNTY)
    assert (asked.columns, asked.job.stage, asked.job.path.exists()) == (["code", "phone"], "asked", False)
    assert "待批准" in client.get("/exports/").content.decode()
    page = sign_in(client, county).get("/exports/waiting/").content.decode()
    assert all(text in page for text in (REASON, "联系电话", "户编码", "共 3 行", asked.user_name))
    (told,) = client.get("/api/v1/exports/waiting/").json()["results"]
    assert (told["id"], told["rows"], told["columns"]) == (asked.pk, 3, ["code", "phone"])


def test_the_program_asks_and_is_told_that_it_waits(client, village, county):
    sign_in(client, village)
    answer = client.post(API, {"reason": REASON}, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (202, "asked")
    again = client.post(API, {"reason": REASON}, content_type="application/json")
    assert again.json()["id"] == answer.json()["id"]  # one question, one request
    assert client.get(answer["Location"]).json()["approval"]["reason"] == REASON
    assert client.post(API, {"purpose": "x"}, content_type="application/json").status_code == 422


def test_approved_it_is_written_for_who_asked(client, asked, village, county, django_capture_on_commit_callbacks):
    sign_in(client, county)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/api/v1/exports/{asked.pk}/approve/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "approved")
    assert client.get(f"/exports/{asked.job_id}/file/").status_code == 404  # whoever approved gets no file
    sign_in(client, village)
    fetched = client.get(f"/exports/{asked.job_id}/file/")
    assert fetched.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        texts = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
    assert all("(asker)" in sheet.split("<oddHeader>")[1] for sheet in sheets)
    assert REASON in texts + "".join(sheets) and "decider" in texts + "".join(sheets)
    with scopes.activate(EVERYTHING):
        seen = set(AccessLog.objects.filter(action__in=("export", "download")).values_list("username", "result"))
    assert seen == {("asker", "requested"), ("decider", "approved"), ("asker", "done")}


def test_refused_it_says_why(client, asked, village, county):
    sign_in(client, county)
    address = f"/exports/waiting/{asked.pk}/"
    assert client.post(address, {"decision": "refuse"}).status_code == 422
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"decision": "refuse", "reason": "范围过大"}).status_code == 302
    page = sign_in(client, village).get(f"/exports/{asked.job_id}/").content.decode()
    assert "范围过大" in page
    tasks.export(asked.job_id, village.pk)
    assert not asked.job.path.exists()


def test_nobody_decides_on_his_own(client, county, households):
    make_user("second", "league_officer", LEAGUE)
    sign_in(client, county).post(EXPORT, {"reason": REASON})
    found = found_of(county)
    assert found.acting_division == LEAGUE  # nobody else at his own place
    with pytest.raises(Refused):
        decide(county, found, approve=True)
    with scopes.acting(county), pytest.raises(IntegrityError), transaction.atomic():
        ExportApproval.objects.filter(pk=found.pk).update(
            state="approved", decided_by=county, decided_at=timezone.now()
        )


def test_without_anybody_above_it_is_not_taken(client, households):
    alone = make_user("alone", "region_officer", REGION)
    answer = sign_in(client, alone).post(API, {"reason": REASON}, content_type="application/json")
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [("township_officer", 150422100000, 404), ("county_officer", 150423000000, 404), ("inspector", COUNTY, 404)],
)
def test_without_the_right_there_it_is_not_there(client, asked, role, place, status):
    sign_in(client, make_user("other", role, place))
    assert client.post(f"/exports/waiting/{asked.pk}/", {"decision": "approve"}).status_code == status
    assert client.post(f"/api/v1/exports/{asked.pk}/approve/").status_code == status


def test_of_two_decisions_one_wins(asked, village, county):
    head = make_user("head", "county_head", COUNTY)
    first, second = (found_of(village) for _ in range(2))
    decide(county, first, approve=True)
    with pytest.raises(ServiceError) as error:
        decide(head, second, approve=False, answer="不同意")
    assert error.value.status == 409 and "decider" in str(error.value)


def test_unanswered_it_lapses(asked, village, county):
    with scopes.activate(EVERYTHING):
        ExportApproval.objects.update(created_at=timezone.now() - datetime.timedelta(days=3, minutes=1))
    stale = found_of(village)
    assert stale.job.stage == "lapsed"
    with pytest.raises(ServiceError) as error:
        decide(county, stale, approve=True)
    assert (error.value.status, error.value.code) == (409, "lapsed")
    tasks.lapse_exports()
    assert found_of(village).state == "lapsed"


def test_a_right_lost_before_the_worker_or_before_the_download_gives_no_file(client, asked, village, county):
    decide(county, asked, approve=True)
    tasks.export(asked.job_id, village.pk)
    sign_in(client, village)
    assert b"".join(client.get(f"/exports/{asked.job_id}/file/").streaming_content)
    with scopes.acting(county):
        end_post(Post.objects.get(user=village), by=county)
    assert client.get(f"/exports/{asked.job_id}/file/").status_code == 403
    assert client.get(f"/api/v1/exports/{asked.job_id}/file/").status_code == 403


def test_lines_are_thrown_away_after_a_month(asked):
    with scopes.activate(EVERYTHING):
        ExportJob.objects.update(created_at=timezone.now() - datetime.timedelta(days=31))
    tasks.purge_exports()
    with scopes.activate(EVERYTHING):
        assert not ExportJob.objects.exists() and not ExportApproval.objects.exists()


def test_desks_tell_both_sides(asked, village, county):
    def lines(user):
        with scopes.acting(user):
            return {line["label"]: line["count"] for line in _exports(user) if line["count"]}

    league = make_user("league", "league_officer", LEAGUE)
    assert lines(village) == {"我的导出待批准": 1}
    assert lines(county) == {"导出待我批准": 1}
    assert lines(league) == {}  # may decide, but somebody is nearer
    decide(county, asked, approve=True)
    assert (lines(village), lines(county)) == ({"我的导出已批准": 1}, {})


def test_small_exports_and_lists_of_no_persons_wait_for_nobody(client, settings, village):
    settings.EXPORT_APPROVAL_ROWS = 3
    assert sign_in(client, village).post(EXPORT).status_code == 200


def test_printing_a_list_takes_the_right_to_export(client, households):
    inspector = make_user("inspector", "inspector", COUNTY)
    sign_in(client, inspector)
    assert client.get("/households/print/").status_code == 403
    page = client.get("/households/").content.decode()
    assert "/households/print/" not in page and 'data-action="print"' in page and "(inspector)" in page


def test_the_printed_list_carries_who_and_when(client, village):
    page = sign_in(client, village).get("/households/print/").content.decode()
    assert 'class="watermark"' in page and "(asker)" in page.split('class="watermark"')[1]


def test_a_county_without_the_right_may_not_ask(client, households, county):
    inspector = make_user("inspector", "inspector", COUNTY)
    assert sign_in(client, inspector).post(EXPORT, {"reason": REASON}).status_code == 403
    with scopes.acting(inspector), pytest.raises(PermissionDenied):
        approvals.decide(ExportApproval(division_id=COUNTY, user_id=0), by=inspector, approve=True)
