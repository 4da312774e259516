"""Photos of a project's months: taken by whoever reports, seen by whoever sees the money, until it is accepted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.access import scope as scopes
from apps.common.errors import ServiceError
from apps.funds.models import ProgressPhoto, Project, ProjectProgress
from apps.funds.services import progress_photos
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, sign_in
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY
from tests.factories.notices import picture
from tests.factories.projects import Way, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def way(settings: Any, tmp_path: Path) -> Way:
    settings.MEDIA_ROOT = tmp_path
    plant(*VILLAGES)
    return Way.make()


@pytest.fixture
def month(way: Way) -> ProjectProgress:
    """A month of a project that was reported."""
    project = way.project()
    way.go(project, "report", report=report(10))
    with scopes.acting(EVERYTHING):
        return ProjectProgress.objects.select_related("project").get()


@pytest.fixture
def as_(way: Way) -> Callable[[str], Client]:
    """A signed-in client of one of the people."""
    return lambda who: sign_in(Client(), way.people[who])


def file(data: bytes = picture()) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", data, "image/jpeg")


def test_a_month_shows_its_photos_and_so_does_its_project(way: Way, month: ProjectProgress, as_: Any) -> None:
    village, address = as_("village"), f"/project-progress/{month.pk}/"
    refused = village.post(f"{address}photos/", {"photo": file(b"<html>")})
    assert refused.status_code == 422 and "不是照片" in refused.content.decode()
    assert village.post(f"{address}photos/", {"photo": file()}).status_code == 302
    with scopes.acting(EVERYTHING):
        photo = ProgressPhoto.objects.get()
    for page in (address, f"/projects/{month.project_id}/"):
        for who in ("village", "finance"):
            assert f"/project-progress/photos/{photo.pk}/small/" in as_(who).get(page).content.decode()
    assert 'name="photo"' in village.get(address).content.decode()
    assert 'name="photo"' not in as_("head").get(address).content.decode()
    assert as_("head").post(f"{address}photos/", {"photo": file()}).status_code == 403
    assert as_("finance").get(f"/api/v1{address}").json()["photos"][0]["by"] == photo.by_name


def test_the_api_takes_photos_and_counts_them(way: Way, month: ProjectProgress, as_: Any) -> None:
    address = f"/api/v1/project-progress/{month.pk}/photos/"
    made = as_("township").post(address, {"photo": file()})
    assert made.status_code == 201, made.content
    image = as_("office").get(made.json()["image"])
    assert b"".join(image.streaming_content)[:2] == b"\xff\xd8"
    assert as_("village").post(address, {}).status_code == 422
    listed = as_("office").get("/api/v1/project-progress/").json()["results"]
    assert [row["photos"] for row in listed] == [1]
    other = sign_in(Client(), make_user("elsewhere", "village_officer", VILLAGES[2]))
    assert other.post(address, {"photo": file()}).status_code == 404
    assert other.get(made.json()["image"]).status_code == 404


def test_photos_are_refused_when_no_month_is_reported_any_more(way: Way, month: ProjectProgress) -> None:
    by = way.people["village"]

    def add() -> ProgressPhoto:
        scopes.forget(by)
        with scopes.acting(by):
            return progress_photos.add(month, picture(), by=by)

    for _time in range(progress_photos.MOST_PHOTOS):
        add()
    with pytest.raises(ServiceError, match="最多 9 张") as refused:
        add()
    assert refused.value.code == "too_many"
    with scopes.acting(EVERYTHING):
        Project.objects.filter(pk=month.project_id).update(state="accepted")
    with pytest.raises(ServiceError, match="不再收") as refused:
        add()
    assert (refused.value.code, refused.value.status) == ("state", 409)
    reader = make_user("reader", "inspector", COUNTY)
    with scopes.acting(reader), pytest.raises(PermissionDenied):
        progress_photos.add(month, picture(), by=reader)
