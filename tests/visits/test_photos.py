"""Photos come in pieces, go on where they broke off, and are kept as pictures without metadata, or refused."""

from __future__ import annotations

import base64
import datetime
import errno
import hashlib
import io
import itertools
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from kombu import Connection, Producer, Queue
from PIL import Image

from apps.access import scope as scopes
from apps.visits.models import VisitPhoto
from apps.visits.services import developing, photos, storage
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.visits import URL, body, send
from tests.visits.conftest import LAT, LON, OTHER_LEAGUE

pytestmark = pytest.mark.django_db

ORIENTATION, TAKEN, EXIF_PART, GPS_PART = 0x0112, 0x9003, 0x8769, 0x8825


def picture(seed: int = 1, size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    """A JPEG of coloured noise, large and small: no two seeds look alike."""
    drawn = random.Random(seed)
    small = Image.frombytes("RGB", (16, 12), drawn.randbytes(16 * 12 * 3))
    target = io.BytesIO()
    options = {"format": "JPEG", "quality": 90, **options}
    small.resize(size, Image.Resampling.BICUBIC).save(target, **options)
    return target.getvalue()


def metadata(*, taken: str = "", lon: float | None = None, lat: float | None = None, turned: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[0x010E] = "<script>alert(1)</script>"
    if taken:
        exif.get_ifd(EXIF_PART)[TAKEN] = taken
    if lon is not None and lat is not None:
        exif.get_ifd(GPS_PART).update({1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)})
    return exif


def announce(client: Client, visit: int, data: bytes, slot: int = 0) -> Any:
    sent = {"slot": slot, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return client.post(f"{URL}{visit}/photos/", json.dumps(sent), "application/json")


def put(client: Client, photo: int, offset: int, piece: bytes, checksum: bytes | None = None) -> Any:
    digest = hashlib.sha256(piece).digest() if checksum is None else checksum
    headers = {"upload-offset": str(offset), "upload-checksum": f"sha256 {base64.b64encode(digest).decode()}"}
    return client.put(f"/api/v1/visit-photos/{photo}/data/", piece, "application/octet-stream", headers=headers)


def developed(client: Client, photo: int) -> dict[str, Any]:
    """Have a photo read as a worker does, which the message after the commit would ask for; how it stands."""
    developing.develop(photo, stored(photo).author_id)
    return client.get(f"/api/v1/visit-photos/{photo}/data/").json()


def upload(client: Client, visit: int, data: bytes, slot: int = 0) -> dict[str, Any]:
    """Announce a photo, send it whole and have it read; how it stands."""
    told = announce(client, visit, data, slot).json()
    for offset in range(0, len(data), photos.PIECE):
        answer = put(client, told["id"], offset, data[offset : offset + photos.PIECE])
        assert answer.status_code == 200, answer.content
        told = answer.json()
    assert told["state"] == "whole"
    return developed(client, told["id"])


def files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def stored(key: int) -> VisitPhoto:
    with scopes.activate(EVERYTHING):
        return VisitPhoto.objects.get(pk=key)


@pytest.fixture
def visit(phone, households) -> int:
    return send(phone, body(households[0], lon=LON, lat=LAT)).json()["id"]


def marks(client: Client, visit: int) -> set[str]:
    return {mark["kind"] for mark in client.get(f"{URL}{visit}/").json()["marks"]}


def test_an_upload_that_breaks_off_at_every_tenth_goes_on_and_the_whole_is_the_same(
    phone, visit, django_capture_on_commit_callbacks
):
    data = picture(size=(1600, 1200), exif=metadata(taken="2018:05:01 08:00:00"))
    told = announce(phone, visit, data).json()
    address = f"/api/v1/visit-photos/{told['id']}/data/"
    cuts = [len(data) * tenth // 10 for tenth in range(11)]
    with django_capture_on_commit_callbacks(execute=True):
        for start, end in itertools.pairwise(cuts):
            # Half of it arrives and the answer is lost; the phone asks where to go on, and sends a little twice.
            assert put(phone, told["id"], start, data[start : (start + end) // 2]).status_code == 200
            offset = int(phone.head(address)["Upload-Offset"])
            assert offset == (start + end) // 2
            answer = put(phone, told["id"], max(start, offset - 50), data[max(start, offset - 50) : end])
            assert answer.json()["offset"] == end
        assert (answer.json()["state"], answer["Upload-Length"]) == ("whole", str(len(data)))
        developing.develop(told["id"], stored(told["id"]).author_id)
    kept = stored(told["id"])
    assert (kept.sha256, kept.received, kept.width, kept.height) == (
        hashlib.sha256(data).hexdigest(),
        len(data),
        1600,
        1200,
    )
    # The last piece again changes nothing; of the upload itself nothing is left.
    again = put(phone, told["id"], cuts[9], data[cuts[9] :]).json()
    assert again == answer.json() | {"state": "done"}
    assert len(files()) == 2 and not list(storage.parts_folder().iterdir())
    assert announce(phone, visit, data).status_code == 200


def test_pieces_that_do_not_join_or_are_not_what_was_sent_are_refused(phone, visit):
    data = picture()
    key = announce(phone, visit, data).json()["id"]
    gap = put(phone, key, 100, data[100:])
    assert (gap.status_code, gap["Upload-Offset"], gap.json()["offset"]) == (409, "0", 0)
    assert put(phone, key, 0, data[:100], checksum=b"x" * 32).status_code == 422
    assert put(phone, key, 0, data + b"more").status_code == 422
    assert put(phone, key, 0, b"").status_code == 422
    assert put(phone, key, 0, bytes(photos.PIECE + 1)).status_code == 413
    assert phone.head(f"/api/v1/visit-photos/{key}/data/")["Upload-Offset"] == "0"
    # Another photo under the number, and too many of them.
    assert announce(phone, visit, picture(2)).status_code == 409
    assert announce(phone, visit, picture(2), slot=9).status_code == 422


def test_what_is_kept_is_upright_and_carries_nothing_but_pixels(phone, officer, visit):
    data = picture(exif=metadata(taken="2018:05:01 08:00:00", lon=LON, lat=LAT, turned=6), comment=b"<script>secret")
    told = upload(phone, visit, data)
    kept = stored(told["id"])
    assert (told["state"], kept.width, kept.height) == ("done", 480, 640)
    assert (float(kept.lon), float(kept.lat), kept.taken_at.isoformat()) == (LON, LAT, "2018-05-01T00:00:00+00:00")
    for size, longest in (("image", 640), ("thumbnail", 240)):
        answer = officer.get(f"/api/v1/visit-photos/{told['id']}/{size}/")
        content = answer.content
        shown = Image.open(io.BytesIO(content))
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "private, no-store")
        assert max(shown.size) == longest and not dict(shown.getexif()) and b"script" not in content
    assert {path.suffix for path in files()} == {".jpg", ".part"}
    assert str(told["id"]) not in {path.stem for path in files()}
    assert marks(phone, visit) == {"photo_time"}
    assert f"/api/v1/visit-photos/{told['id']}/thumbnail/" in officer.get(f"/visits/{visit}/").content.decode()


def test_a_photo_without_metadata_and_one_with_transparency_are_kept(phone, visit):
    target = io.BytesIO()
    Image.new("LA", (50, 40), (90, 0)).save(target, "PNG")
    assert upload(phone, visit, picture())["state"] == "done"
    told = upload(phone, visit, target.getvalue(), slot=1)
    assert told["state"] == "done" and stored(told["id"]).taken_at is None
    with stored(told["id"]).image.open() as kept:
        assert Image.open(kept).getpixel((1, 1)) == (255, 255, 255)
    assert marks(phone, visit) == set()


def bomb() -> bytes:
    target = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_a_picture"),
        (b"GIF89a<script>alert(1)</script>", "not_a_picture"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 500, "not_a_picture"),
        (picture()[:3000], "not_a_picture"),
        (bomb(), "too_large"),
    ],
    ids=["SVG", "script", "torn head", "torn body", "60 megapixels"],
)
def test_what_is_no_photo_is_refused_and_another_may_come_in_its_place(phone, visit, data, refusal):
    told = upload(phone, visit, data)
    assert (told["state"], told["refusal"]) == ("refused", refusal)
    assert phone.get(f"/api/v1/visit-photos/{told['id']}/image/").status_code == 404
    assert [path.suffix for path in files()] == [".part"]
    assert phone.get(f"{URL}{visit}/").json()["photos"] == []
    assert upload(phone, visit, picture())["state"] == "done"


def test_other_bytes_than_announced_are_not_kept(phone, visit):
    data = picture()
    key = announce(phone, visit, data).json()["id"]
    put(phone, key, 0, data[::-1])
    assert developed(phone, key)["refusal"] == "other_content"


def test_a_full_disk_is_told_and_leaves_no_row(phone, visit, monkeypatch):
    data = picture()
    key = announce(phone, visit, data).json()["id"]

    def full(*args: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        answer = put(phone, key, 0, data)
    assert answer.status_code == 507 and "存储空间不足" in answer.json()["detail"]
    assert (stored(key).received, stored(key).state) == (0, "receiving")
    assert put(phone, key, 0, data).json()["state"] == "whole"
    with monkeypatch.context() as disk:
        disk.setattr("django.core.files.storage.FileSystemStorage._save", full)
        with pytest.raises(storage.NoSpace):
            developing.develop(key, stored(key).author_id)
    assert stored(key).state == "whole" and developing.waiting() == []
    monkeypatch.setattr(developing, "RUNG_AGAIN_AFTER", datetime.timedelta(0))
    assert developing.waiting() == [(key, stored(key).author_id)]
    assert developed(phone, key)["state"] == "done" and developing.waiting() == []


def test_an_evenings_photos_wait_behind_everything_else(phone, visit, monkeypatch, django_capture_on_commit_callbacks):
    """The queue takes messages of priority 0, which all others have, before those of 9."""
    told: list[tuple[str, list[int], int | None]] = []

    def send(name: str, args: list[int], priority: int | None = None) -> None:
        told.append((name, args, priority))

    monkeypatch.setattr(developing.current_app, "send_task", send)
    data = picture()
    key = announce(phone, visit, data).json()["id"]
    with django_capture_on_commit_callbacks(execute=True):
        put(phone, key, 0, data)
    assert told == [("apps.visits.tasks.develop", [key, stored(key).author_id], 9)]
    with Connection(os.environ["REDIS_URL"]) as broker, broker.channel() as channel:
        queue = f"photos-{key}-{os.getpid()}"
        for priority in (9, 0, 9, 0):
            Producer(channel).publish({}, routing_key=queue, priority=priority, declare=[Queue(queue, channel=channel)])
        order = [Queue(queue, channel=channel).get(no_ack=True).properties["priority"] for _message in range(4)]
        Queue(queue, channel=channel).delete()
    assert order == [0, 0, 9, 9]


def test_a_photo_whose_bytes_were_lost_is_asked_for_again(phone, visit):
    data = picture()
    key = announce(phone, visit, data).json()["id"]
    put(phone, key, 0, data)
    storage.part_of(stored(key)).unlink()
    told = developed(phone, key)
    assert (told["state"], told["offset"]) == ("receiving", 0)
    put(phone, key, 0, data)
    assert developed(phone, key)["state"] == "done"


def test_a_photo_is_read_after_its_authors_account_was_closed(phone, helper, visit):
    data = picture()
    key = announce(phone, visit, data).json()["id"]
    put(phone, key, 0, data)
    with scopes.activate(EVERYTHING):
        type(helper).objects.filter(pk=helper.pk).update(is_active=False)
    developing.develop(key, helper.pk)
    assert stored(key).state == "done"


def test_a_photo_is_its_authors_to_send_and_only_for_those_who_read_personal_data(phone, officer, visit, households):
    data = picture()
    assert announce(officer, visit, data).status_code == 403
    key = announce(phone, visit, data).json()["id"]
    assert put(officer, key, 0, data).status_code == 403
    put(phone, key, 0, data)
    developed(phone, key)
    inspector = sign_in(Client(), make_user("inspector", "inspector", OTHER_LEAGUE // 10**6 * 10**6))
    stranger = sign_in(Client(), make_user("stranger", None, OTHER_LEAGUE))
    for size in ("image", "thumbnail"):
        address = f"/api/v1/visit-photos/{key}/{size}/"
        told = [client.get(address).status_code for client in (phone, officer, inspector, stranger)]
        assert told == [200, 200, 403, 404]
    shown = inspector.get(f"{URL}{visit}/").json()
    assert shown["text"] is None and {"text", "lon", "photos"} <= set(shown["masked"])
    assert "thumbnail" not in inspector.get(f"/visits/{visit}/").content.decode().replace("visits.css", "")
    part = officer.get(f"/households/{households[0].pk}/").content.decode()
    assert f"/api/v1/visit-photos/{key}/thumbnail/" in part


def test_the_same_picture_at_another_visit_is_marked_whoever_sent_it(phone, officer, visit, households):
    data = picture(7)
    upload(phone, visit, data)
    upload(phone, visit, picture(8), slot=1)
    other = send(officer, body(households[0], text="另一位干部写的另一篇日记。")).json()["id"]
    small = io.BytesIO()
    Image.open(io.BytesIO(data)).resize((400, 300)).save(small, "JPEG", quality=60)
    upload(officer, other, picture(9))
    assert marks(officer, other) == set()
    upload(officer, other, small.getvalue(), slot=1)
    assert marks(officer, other) == {"photo_repeated"} and marks(phone, visit) == set()
    again = send(officer, body(households[0], text="第三篇日记，内容又不一样了。")).json()["id"]
    upload(officer, again, data)
    found = officer.get(f"{URL}{again}/").json()["marks"]
    assert [(mark["kind"], mark["value"]) for mark in found] == [("photo_repeated", 100)]
    assert f'href="/visits/{visit}/"' in officer.get(f"/visits/{again}/").content.decode()


def test_forgotten_uploads_are_given_up(phone, visit, monkeypatch):
    data = picture()
    key = announce(phone, visit, data).json()["id"]
    put(phone, key, 0, data[:1000])
    assert photos.give_up_forgotten() == 0
    monkeypatch.setattr(photos, "KEPT_OPEN", -photos.KEPT_OPEN)
    assert photos.give_up_forgotten() == 1
    assert (stored(key).refusal, files()) == ("forgotten", [])
    assert announce(phone, visit, data).status_code == 201
