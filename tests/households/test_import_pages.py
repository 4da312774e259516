"""The import by page and API: uploaded, shown, confirmed, applied; each sees his own batches only."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import Post
from apps.accounts.services import SET_UP, end_post
from apps.history.models import AccessLog
from apps.households.models import Household, Person
from apps.pages.imports import services, tasks, vault
from apps.pages.imports.models import ImportBatch, StagedUnit
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import plant
from tests.households.import_tools import (
    DATA,
    TOWNSHIP,
    VILLAGES,
    Rows,
    column,
    put,
    put_household,
    sample,
    truth,
    xlsx,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    return tmp_path / "media"


@pytest.fixture
def officer(db):
    plant(*VILLAGES)
    return make_user("officer", "township_officer", TOWNSHIP)


@pytest.fixture
def page(client, officer):
    return sign_in(client, officer)


@pytest.fixture
def rung(monkeypatch):
    """The messages sent to workers."""
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(services, "ring", lambda batch, user: sent.append((batch, user)))
    return sent


def upload(page, content: bytes | Path, name: str = "导出.xlsx", **fields):
    data = content if isinstance(content, bytes) else content.read_bytes()
    return page.post("/imports/new/register/", {"file": SimpleUploadedFile(name, data), **fields})


def batch_of(user) -> ImportBatch:
    with scopes.acting(user):
        return ImportBatch.objects.visible_to(user).latest("pk")


def work(user) -> ImportBatch:
    """What a worker does when the message comes."""
    batch = batch_of(user)
    tasks.work(batch.pk, user.pk)
    return batch_of(user)


def brought_in(page, user, rows: Rows, tmp_path) -> ImportBatch:
    """Upload, read, confirm and apply."""
    upload(page, xlsx(rows, tmp_path / "f.xlsx"))
    batch = work(user)
    page.post(f"/imports/{batch.pk}/confirm/")
    return work(user)


# --- the way of a batch ----------------------------------------------------------------------------------------------


def test_a_file_is_read_shown_confirmed_and_applied(page, officer, rung, django_capture_on_commit_callbacks, media):
    expected = truth("township_dirty")
    refused = {one["household"] for one in expected["planted"] if one["expect"] == "refuse"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(page, DATA / "township_dirty.xlsx")
    batch = batch_of(officer)
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{batch.pk}/")
    assert rung == [(batch.pk, officer.pk)]
    assert "正在读取" in page.get(f"/imports/{batch.pk}/").content.decode()

    batch = work(officer)
    added = expected["households"] - len(refused)
    assert (batch.state, str(batch.counts)) == ("shown", f"added {added} changed 0 unchanged 0 refused {len(refused)}")
    assert (batch.year, batch.rows) == (2018, expected["persons"])
    with scopes.acting(officer):
        assert not Household.objects.exists()
        assert set(StagedUnit.objects.filter(outcome="r").values_list("key", flat=True)) == refused
    text = page.get(f"/imports/{batch.pk}/").content.decode()
    assert f"确认写入 {added} 户" in text
    assert "第18位校验码不符（ID-02）" in text
    assert "15992" not in text

    with django_capture_on_commit_callbacks(execute=True):
        assert page.post(f"/imports/{batch.pk}/confirm/").status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        batch = work(officer)
    assert (batch.state, str(batch.counts)) == (
        "applied",
        f"added {added} changed 0 unchanged 0 refused {len(refused)}",
    )
    with scopes.acting(officer):
        assert Household.objects.count() == added
    assert "已写入：新增" in page.get(f"/imports/{batch.pk}/").content.decode()
    # The uploaded file is gone, the error workbook stays; neither is readable as it lies there.
    files = list((media / "imports").iterdir())
    assert [file.name for file in files] == [batch.report]
    assert b"1599" not in files[0].read_bytes()
    with scopes.acting(make_user("auditor", "audit_administrator", 150000000000)):
        log = AccessLog.objects.get(action="import")
        assert (log.user_id, log.rows) == (officer.pk, added)


def test_the_error_workbook_holds_the_refused_rows(page, officer):
    upload(page, DATA / "township_dirty.xlsx")
    batch = work(officer)
    answer = page.get(f"/imports/{batch.pk}/refused.xlsx")
    assert answer["Cache-Control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.values)
    assert rows[1][-1] == "拒绝原因"
    assert {row[rows[1].index("户编号")] for row in rows[2:]} == {
        one["household"] for one in truth("township_dirty")["planted"] if one["expect"] == "refuse"
    }


def test_changes_are_shown_value_by_value(page, officer, tmp_path):
    rows = sample()
    brought_in(page, officer, rows, tmp_path)
    put_household(rows, 3, "住房面积(平方米)", 55)
    put_household(rows, 3, "联系电话", "13800138000")
    put(rows, 4, "姓名", "董桂娜")
    upload(page, xlsx(rows, tmp_path / "g.xlsx"))
    batch = work(officer)
    assert str(batch.counts) == "added 0 changed 1 unchanged 39 refused 0"
    text = page.get(f"/imports/{batch.pk}/?show=c").content.decode()
    assert "<del>43.00</del> → <ins>55.00</ins>" in text
    assert "<del>139****1670</del> → <ins>138****8000</ins>" in text
    assert "董桂娜 <strong>姓名</strong> <del>董贵娜</del>" in text
    assert "13800138000" not in text
    with scopes.acting(officer):
        assert "13800138000" not in str(list(StagedUnit.objects.values_list("differences", flat=True)))
    assert page.get(f"/imports/{batch.pk}/?show=x").status_code == 404


def test_many_households_come_in_pages(page, officer):
    upload(page, DATA / "township_dirty.xlsx")
    batch = work(officer)
    seen, address = [], f"/imports/{batch.pk}/?show=a"
    while address:
        answer = page.get(address, headers={"HX-Request": "true", "HX-Target": "batch"})
        units = [unit for unit, _place in answer.context["units"]]
        seen += [unit.seq for unit in units]
        after = answer.context["after"]
        address = after and f"/imports/{batch.pk}/?show=a&after={after}"
    assert len(seen) == batch.added
    assert seen == sorted(set(seen))


def test_what_changed_since_it_was_shown_is_not_overwritten(page, officer, tmp_path):
    rows = sample()
    brought_in(page, officer, rows, tmp_path)
    put_household(rows, 3, "住房面积(平方米)", 55)
    put_household(rows, 5, "住房面积(平方米)", 56)
    upload(page, xlsx(rows, tmp_path / "g.xlsx"))
    batch = work(officer)
    assert str(batch.counts) == "added 0 changed 2 unchanged 38 refused 0"
    page.post(f"/imports/{batch.pk}/confirm/")
    with scopes.acting(officer):
        household = Household.objects.get(national_no=rows[2][column(rows, "户编号")])
        household.bank_name = "农业银行"
        household.save()
    batch = work(officer)
    assert (batch.state, str(batch.counts)) == ("applied", "added 0 changed 1 unchanged 38 refused 1")
    with scopes.acting(officer):
        household.refresh_from_db()
        assert household.bank_name == "农业银行"
        assert household.householdyear_set.get().housing_m2 == 43
    assert "核对后登记信息又有变化" in page.get(f"/imports/{batch.pk}/?show=r").content.decode()


def test_a_batch_can_be_given_up(page, officer, django_capture_on_commit_callbacks, media):
    upload(page, DATA / "village_clean.xlsx")
    batch = work(officer)
    with django_capture_on_commit_callbacks(execute=True):
        page.post(f"/imports/{batch.pk}/discard/")
    batch = batch_of(officer)
    assert (batch.state, batch.stored) == ("discarded", "")
    assert not list((media / "imports").iterdir())
    with scopes.acting(officer):
        assert not StagedUnit.objects.exists()
    assert "状态是“已放弃”" in page.post(f"/imports/{batch.pk}/confirm/", follow=True).content.decode()
    assert batch_of(officer).state == "discarded"
    assert work(officer).state == "discarded"


def test_a_file_that_is_no_workbook_is_refused_at_once(page, officer):
    for content, word in (
        (b"", "文件是空的"),
        (b"\x89PNG\r\n\x1a\n\0\0", "不是 Excel 或 CSV 文件"),
        (DATA.joinpath("village_clean.xlsx").read_bytes()[:9000], "不完整或已损坏"),
    ):
        answer = upload(page, content)
        assert (answer.status_code, word in answer.content.decode()) == (422, True), word
    with scopes.acting(officer):
        assert not ImportBatch.objects.exists()


def test_a_file_that_cannot_be_used_fails_with_its_reason(page, officer):
    upload(page, "甲,乙,丙\n1,2,3\n".encode(), "x.csv")
    batch = work(officer)
    assert (batch.state, "没有找到表头" in batch.error) == ("failed", True)
    assert "没有导入任何数据" in page.get(f"/imports/{batch.pk}/").content.decode()


def test_the_year_can_be_given_with_the_file(page, officer, tmp_path):
    rows = sample()
    rows[0][0] = "贫困人口"
    upload(page, xlsx(rows, tmp_path / "f.xlsx"))
    assert "标题中没有年度" in work(officer).error
    upload(page, xlsx(rows, tmp_path / "f.xlsx"), year="2017")
    assert (batch := work(officer)).state == "shown"
    assert batch.year == 2017


# --- workers ---------------------------------------------------------------------------------------------------------


def test_a_message_that_comes_twice_does_nothing_twice(page, officer, tmp_path):
    batch = brought_in(page, officer, sample(), tmp_path)
    assert batch.state == "applied"
    assert work(officer).attempts == batch.attempts
    with scopes.acting(officer):
        assert Household.objects.count() == 40


def test_what_no_worker_holds_is_rung_for_again_and_given_up_in_the_end(page, officer, rung):
    upload(page, DATA / "village_clean.xlsx")
    batch = batch_of(officer)
    tasks.resume()
    assert rung == []
    with scopes.acting(officer):
        ImportBatch.objects.update(rung_at=timezone.now() - timedelta(minutes=2))
    tasks.resume()
    assert rung == [(batch.pk, officer.pk)]
    with scopes.acting(officer):
        ImportBatch.objects.update(
            rung_at=timezone.now() - timedelta(days=2), created_at=timezone.now() - timedelta(days=2)
        )
    tasks.resume()
    assert batch_of(officer).state == "failed"


def test_a_file_that_ends_its_worker_is_not_tried_for_ever(page, officer, monkeypatch):
    upload(page, DATA / "village_clean.xlsx")

    def dies(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(services, "_step", dies)
    batch = batch_of(officer)
    for _attempt in range(services.ATTEMPTS):
        with pytest.raises(SystemExit):
            tasks.work(batch.pk, officer.pk)
    tasks.work(batch.pk, officer.pk)
    assert (batch_of(officer).state, "多次中断" in batch_of(officer).error) == ("failed", True)


def test_a_damaged_file_is_said_to_be_so(page, officer, media):
    upload(page, DATA / "village_clean.xlsx")
    path = vault.path_of(batch_of(officer).stored)
    path.write_bytes(path.read_bytes()[:-40])
    assert "已损坏" in work(officer).error


def test_an_error_in_the_middle_leaves_nothing(page, officer, monkeypatch):
    upload(page, DATA / "village_clean.xlsx")
    batch = work(officer)
    page.post(f"/imports/{batch.pk}/confirm/")
    from apps.households.imports import applying

    def fails(*args):
        raise RuntimeError

    monkeypatch.setattr(applying, "_change", fails)
    with pytest.raises(RuntimeError):
        tasks.work(batch.pk, officer.pk)
    with scopes.acting(officer):
        assert not Household.objects.exists()
        assert not Person.objects.exists()
    monkeypatch.undo()
    assert work(officer).state == "applied"


def test_what_is_old_is_thrown_away(page, officer, media, tmp_path, django_capture_on_commit_callbacks):
    upload(page, DATA / "township_dirty.xlsx")
    work(officer)
    with scopes.acting(officer):
        ImportBatch.objects.update(created_at=timezone.now() - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.purge()
    batch = batch_of(officer)
    assert (batch.state, batch.stored, batch.report, batch.added) == ("discarded", "", "", 271)
    assert not list((media / "imports").iterdir())
    with scopes.acting(officer):
        assert not StagedUnit.objects.exists()


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "division"),
    [("county_officer", 150422000000), ("village_officer", VILLAGES[3]), ("township_officer", TOWNSHIP)],
)
def test_batches_of_others_are_not_there(page, officer, client, role, division):
    upload(page, DATA / "township_dirty.xlsx")
    batch = work(officer)
    other = sign_in(client, make_user("other", role, division))
    for address in (f"/imports/{batch.pk}/", f"/imports/{batch.pk}/refused.xlsx", f"/api/v1/imports/{batch.pk}/"):
        assert other.get(address).status_code == 404
    for step in ("confirm", "discard"):
        assert other.post(f"/imports/{batch.pk}/{step}/").status_code == 404
        assert other.post(f"/api/v1/imports/{batch.pk}/{step}/").status_code == 404
    assert other.get("/api/v1/imports/").json()["results"] == []
    assert batch_of(officer).state == "shown"


def test_who_may_not_import_gets_nowhere(officer, client):
    reader = sign_in(client, make_user("reader", "township_head", TOWNSHIP))
    assert reader.get("/imports/").status_code == 403
    assert reader.get("/imports/new/register/").status_code == 403
    assert upload(reader, DATA / "village_clean.xlsx").status_code == 403
    assert reader.get("/households/import/template.xlsx").status_code == 403
    assert reader.get("/imports/new/nothing/").status_code == 404


def test_a_post_that_ended_stops_a_confirmed_import(page, officer):
    upload(page, DATA / "village_clean.xlsx")
    batch = work(officer)
    page.post(f"/imports/{batch.pk}/confirm/")
    with scopes.acting(SET_UP):
        post = Post.objects.get(user=officer)
    administrator = make_user("secadmin", "security_administrator", 150000000000)
    with scopes.acting(administrator):
        end_post(post, by=administrator, at=timezone.now())
    tasks.work(batch.pk, officer.pk)
    with scopes.acting(services.CARETAKER):
        assert not Household.objects.exists()
        assert ImportBatch.objects.get(pk=batch.pk).state == "confirmed"


def test_row_level_security_alone_hides_batches_of_other_places(page, officer):
    upload(page, DATA / "township_dirty.xlsx")
    work(officer)
    plant(150423100200)
    stranger = make_user("stranger", "county_officer", 150423000000)
    with scopes.acting(stranger):
        assert not ImportBatch.objects.exists()
        assert not StagedUnit.objects.exists()


# --- API and template ------------------------------------------------------------------------------------------------


def test_the_api_does_the_same(page, officer):
    file = SimpleUploadedFile("导出.xlsx", (DATA / "township_dirty.xlsx").read_bytes())
    answer = page.post("/api/v1/imports/", {"file": file})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["state"], body["file_name"]) == ("staged", "导出.xlsx")
    assert answer["Location"].endswith(f"/api/v1/imports/{body['id']}/")
    work(officer)
    address = f"/api/v1/imports/{body['id']}/"
    shown = page.get(address).json()
    assert (shown["state"], shown["added"], shown["refused"]) == ("shown", 271, 29)
    units = page.get(f"{address}units/?outcome=refused").json()
    assert len(units["results"]) == 29
    first = units["results"][0]
    assert first["national_no"] and first["refusals"][0]["message"]
    assert page.get(f"{address}units/?outcome=maybe").status_code == 422
    following = page.get(f"{address}units/?outcome=added").json()["next"]
    assert page.get(following).json()["results"][0]["seq"] > 50
    assert page.get(f"{address}refused/").status_code == 200
    assert page.post(f"{address}confirm/").json()["state"] == "confirmed"
    again = page.post(f"{address}confirm/")
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")
    assert work(officer).state == "applied"
    assert page.post(f"{address}discard/").status_code == 409
    wrong = page.post("/api/v1/imports/", {"file": SimpleUploadedFile("x.xlsx", b"")})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "empty")
    assert page.post("/api/v1/imports/", {}).status_code == 422


def test_the_template_can_be_filled_in_and_imported(page, officer, tmp_path):
    answer = page.get("/households/import/template.xlsx")
    content = b"".join(answer.streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    rows = sample()
    header = [cell.value for cell in sheet[2]]
    assert header == rows[1]
    offered = {str(one.sqref).split(":")[0]: one for one in sheet.data_validations.dataValidation}
    ethnicity = offered[sheet.cell(3, header.index("民族") + 1).coordinate]
    assert ethnicity.type == "list"
    lists = book["代码表"]
    assert lists.sheet_state == "hidden"
    assert "蒙古族" in {cell.value for row in lists.iter_rows() for cell in row}
    for row in rows[2:6]:
        sheet.append([None if value == "" else value for value in row])
    book.save(tmp_path / "filled.xlsx")
    upload(page, tmp_path / "filled.xlsx")
    batch = work(officer)
    assert (batch.state, batch.added, batch.refused) == ("shown", 2, 0)


def test_a_stored_file_opens_only_whole_and_with_its_key(media):
    data = b"1599" * (1 << 19)
    name = vault.store(io.BytesIO(data))
    with vault.opened(name) as file:
        assert file.read() == data
    path = vault.path_of(name)
    sealed = path.read_bytes()
    assert b"1599" not in sealed
    for damaged in (sealed[:-1], sealed[: len(sealed) // 2], sealed[:-1] + b"\0", b"", b"SEALED1\n\0\0"):
        path.write_bytes(damaged)
        with pytest.raises(vault.Damaged), vault.opened(name):
            pass
    vault.remove(name)
    vault.remove(name)
    with pytest.raises(vault.Damaged), vault.opened(name):
        pass
    empty = vault.store(io.BytesIO())
    with vault.opened(empty) as file:
        assert file.read() == b""
