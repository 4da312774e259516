"""What comes by telephone, letter and visit: entered once, with a slip to follow it by, and scans of what was sent."""

from __future__ import annotations

import io
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.complaints.models import Complaint, ComplaintLog, ComplaintPhoto, Statement
from apps.complaints.services import attaching, receipts
from apps.pages.models import StoredAnswer
from tests.complaints.channels import body_of
from tests.complaints.conftest import OWN
from tests.factories.accounts import sign_in
from tests.factories.complaints import COUNTY, TO_CLOSE, go

TOLD = {"division": str(COUNTY), "concerned": str(OWN), "kind": "funds", "channel": "letter", "text": "账目没有公开"}


def scan() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(made, "JPEG", exif=b"Exif\x00\x00secret place")
    return made.getvalue()


def test_a_caller_gets_number_and_secret_once_on_a_slip(desks: SimpleNamespace) -> None:
    client = sign_in(Client(), desks.county)
    form = client.get("/complaints/new/").content.decode()
    token = re.search(r'name="token" value="(\w+)"', form)
    assert token
    sent = {**TOLD, "received_on": "2018-06-11", "token": token[1]}
    slip = client.post("/complaints/new/", sent)
    with scopes.acting(desks.county):
        found, statement = Complaint.objects.get(), Statement.objects.get()
    text = slip.content.decode()
    secret = re.search(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}", text)
    assert slip.status_code == 201 and "no-store" in slip["Cache-Control"] and found.number in text and secret
    assert "/public/complaints/follow/" in text and "12317" in text
    assert bytes(statement.secret_hash) == receipts.digest(secret[0])
    # Sent once more, it is the same complaint and the same slip; and no other page says the secret again.
    assert secret[0] in client.post("/complaints/new/", sent).content.decode()
    for address in (f"/complaints/{found.pk}/", f"/api/v1/complaints/{found.pk}/", "/complaints/"):
        assert secret[0] not in client.get(address).content.decode()
    with scopes.acting(desks.county):
        assert Complaint.objects.count() == 1


def test_a_program_is_told_the_secret_once_and_it_is_not_kept(desks: SimpleNamespace) -> None:
    client = sign_in(Client(), desks.county)

    def enter() -> Any:
        heads = {"Idempotency-Key": "k"}
        return client.post("/api/v1/complaints/", json.dumps(TOLD), content_type="application/json", headers=heads)

    told, again = enter().json(), enter().json()
    assert again == {name: value for name, value in told.items() if name != "secret"}
    with scopes.acting(desks.county):
        assert bytes(Statement.objects.get().secret_hash) == receipts.digest(told["secret"])
        assert {str(one.body) for one in StoredAnswer.objects.all()} == {
            str({"id": told["id"], "number": told["number"]})
        }


def test_scans_are_added_by_the_desk_while_it_is_open(desks: SimpleNamespace, found: Complaint, settings: Any) -> None:
    client = sign_in(Client(), desks.county)
    page = f"/complaints/{found.pk}/"
    assert f'action="{page}photos/"' in client.get(page).content.decode()
    sent = client.post(f"{page}photos/", {"photo": SimpleUploadedFile("letter.jpg", scan())})
    assert sent.status_code == 302
    by_api = client.post(f"/api/v1{page}photos/", {"photo": SimpleUploadedFile("letter.jpg", scan())})
    assert by_api.status_code == 201 and "JFIF" in body_of(client.get(by_api.json()["image"]))
    with scopes.acting(desks.county):
        photos = list(ComplaintPhoto.objects.all())
        steps = list(ComplaintLog.objects.order_by("pk").values_list("step", "by_name"))
    assert len(photos) == 2 and steps == [("receive", "county"), *[("attach", "county")] * 2]
    with photos[0].image.open("rb") as kept:
        assert b"secret place" not in kept.read()
    for wrong in (b"<script>", scan()[:80]):
        refused = client.post(f"{page}photos/", {"photo": SimpleUploadedFile("a.jpg", wrong)})
        assert refused.status_code == 422
    with pytest.raises(PermissionDenied), scopes.acting(desks.league):
        attaching.attach(found, scan(), by=desks.league)
    closed = go(found, desks.county, *TO_CLOSE)
    with pytest.raises(ServiceError, match="不再收"), scopes.acting(desks.county):
        attaching.attach(closed, scan(), by=desks.county)
    assert len(list(settings.MEDIA_ROOT.rglob("*.jpg"))) == 2
