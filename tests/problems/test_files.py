"""Files at problems: known by their content, kept with their name, saved and never shown; too much is not read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.access import scope as scopes
from apps.common import attachments
from apps.common.errors import ServiceError
from apps.history.models import AccessLog
from apps.problems.models import ProblemFile
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.problems import People

PDF = b"%PDF-1.4 report"


def office(*names: str) -> bytes:
    """A zip file of parts of these names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in names:
            file.writestr(name, b"x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (b"\xff\xd8\xff\xe0 photo", "jpg"),
        (b"\x89PNG\r\n\x1a\n picture", "png"),
        (office("word/document.xml"), "docx"),
        (office("xl/workbook.xml"), "xlsx"),
    ],
    ids=("pdf", "jpg", "png", "docx", "xlsx"),
)
def test_a_file_is_what_it_holds(data: bytes, kind: str) -> None:
    file = ContentFile(data, "report.exe")
    assert attachments.checked(file) == kind and file.tell() == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 program", "wrong_type"),
        (b"<html><script>", "wrong_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "wrong_type"),
        (office("a.txt"), "wrong_type"),
        (office("word/document.xml", "word/vbaProject.bin"), "wrong_type"),
        (office("word/document.xml")[:20], "wrong_type"),
    ],
    # A zip file tells its time: no two workers would make the same name of it.
    ids=("nothing", "program", "page", "old document", "archive", "document with a program", "torn document"),
)
def test_what_is_no_paper_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(ServiceError) as refused:
        attachments.checked(ContentFile(data, "report.pdf"))
    assert (refused.value.field, refused.value.code) == ("file", code)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("鉴定报告.PDF", "鉴定报告.pdf"),
        ("C:\\temp\\a.exe", "a.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("\r\n", "file.pdf"),
        ("字" * 300 + ".pdf", "字" * 95 + ".pdf"),
    ],
)
def test_a_name_is_a_name_and_no_path(name: str, kept: str) -> None:
    assert attachments.named(name, "pdf") == kept


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path
    plant(*VILLAGES)
    return People.make()


def as_(user: object) -> Client:
    return sign_in(Client(), user)


def test_a_file_goes_in_and_out_by_page_and_api(people: People, tmp_path: Path) -> None:
    found = people.at("in_progress")
    far = as_(make_user("far", "county_officer", 150423000000))

    def send(client: Client, root: str, of: str, data: bytes = PDF, name: str = "整改报告.pdf") -> Any:
        file = SimpleUploadedFile(name, data, "text/html")
        return client.post(f"{root}/problems/{found.pk}/files/", {"of": of, "file": file})

    county, league = as_(people.county), as_(people.league)
    assert send(county, "", "result").status_code == 302
    assert send(league, "/api/v1", "fact", office("xl/workbook.xml"), "明细").status_code == 201
    refused = send(county, "", "result", b"<html>")
    assert refused.status_code == 422 and "PDF、JPG、PNG、DOCX、XLSX" in refused.content.decode()
    assert send(county, "", "site").status_code == 422
    wrong = send(county, "/api/v1", "result", b"MZ").json()
    assert [(one["field"], one["code"]) for one in wrong["errors"]] == [("file", "wrong_type")]
    assert send(county, "/api/v1", "site").json()["errors"][0]["field"] == "of"
    assert [send(far, root, "result").status_code for root in ("", "/api/v1")] == [404, 404]

    told = county.get(f"/api/v1/problems/{found.pk}/").json()["files"]
    assert [(one["name"], one["of"], one["size"]) for one in told] == [
        ("整改报告.pdf", "result", len(PDF)),
        ("明细.xlsx", "fact", len(office("xl/workbook.xml"))),
    ]
    address = f"/problem-files/{told[0]['id']}/"
    assert address in league.get(f"/problems/{found.pk}/").content.decode()
    shown = league.get(address)
    assert b"".join(shown.streaming_content) == PDF
    assert shown["Content-Disposition"].startswith("attachment") and shown["Content-Type"] == "application/pdf"
    assert shown["X-Content-Type-Options"] == "nosniff" and "no-store" in shown["Cache-Control"]
    assert [far.get(root + address).status_code for root in ("", "/api/v1")] == [404, 404]
    with scopes.activate(EVERYTHING):
        logged = AccessLog.objects.filter(action="download", user=people.league)
        assert [(one.object_kind, one.fields) for one in logged] == [("problems.problemfile", ["file"])]
        assert sorted(file.suffix for file in tmp_path.rglob("problems/*.*")) == [".pdf", ".xlsx"]
        assert {one.by_name for one in ProblemFile.objects.all()} == {str(people.county), str(people.league)}


class Unread:
    """A body of which nothing may be read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("part", ["files", "photos"])
def test_two_gigabytes_are_refused_before_anything_is_read(people: People, part: str) -> None:
    found = people.at("in_progress")
    sent = {"CONTENT_LENGTH": str(2 << 30), "CONTENT_TYPE": "multipart/form-data; boundary=b", "wsgi.input": Unread()}
    client = as_(people.county)
    page = client.generic("POST", f"/problems/{found.pk}/{part}/", **sent)
    assert page.status_code == 413 and "MB" in page.content.decode()
    answer = client.generic("POST", f"/api/v1/problems/{found.pk}/{part}/", **sent)
    assert answer.status_code == 413
    assert answer.json()["errors"][0] | {"message": ""} == {"field": part[:-1], "code": "too_large", "message": ""}
