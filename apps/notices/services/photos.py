"""Photos that prove a posting: read by a process of its own and kept without metadata (`apps.common.pictures`)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common import pictures
from apps.common.errors import ServiceError
from apps.notices.choices import UP, State
from apps.notices.models import NoticePhoto, PublicNotice
from apps.notices.services.writing import ENTERS

MOST_BYTES = 12 * 1024 * 1024
MOST_PHOTOS = 9


def add(found: PublicNotice, data: bytes, *, by: User) -> NoticePhoto:
    """Keep a photo of a notice: before it is posted of the coming posting, afterwards of this one.

    Raises PermissionDenied without the right to change the register there, ServiceError for a notice that neither
    hangs nor is about to, too many photos, and a file that is no picture.
    """
    policy.require(by, ENTERS, found)
    if found.state not in (State.APPROVED, *UP):
        raise ServiceError(_("公示审核通过后才能上传张贴照片。"), field="photo", code="state", status=409)
    if not 0 < len(data) <= MOST_BYTES:
        raise ServiceError(
            _("照片不能超过 %(most)d MB。") % {"most": MOST_BYTES >> 20}, field="photo", code="too_large"
        )
    picture = _read(data)
    with transaction.atomic():
        locked = PublicNotice.objects.select_for_update().get(pk=found.pk)
        posting = locked.postings + (locked.state == State.APPROVED)
        if NoticePhoto.objects.filter(notice=locked, posting=posting).count() >= MOST_PHOTOS:
            message = _("一次张贴最多 %(most)d 张照片。") % {"most": MOST_PHOTOS}
            raise ServiceError(message, field="photo", code="too_many")
        photo = NoticePhoto(
            notice=locked,
            division_id=locked.division_id,
            posting=posting,
            at=timezone.now(),
            by=by,
            by_name=str(by),
            taken_at=picture.taken_at,
            width=picture.width,
            height=picture.height,
        )
        _keep(photo, picture)
    return photo


def of_notice(user: Any, found: PublicNotice) -> list[NoticePhoto]:
    """The photos of a notice that a user sees, the newest posting first."""
    return list(NoticePhoto.objects.visible_to(user).filter(notice=found).order_by("-posting", "pk"))


def _read(data: bytes) -> pictures.Picture:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo"
        path.write_bytes(data)
        try:
            return pictures.read(path)
        except pictures.PictureRefused as refused:
            message = str(pictures.Unfit(refused.reason).label)
            raise ServiceError(message, field="photo", code=refused.reason) from None


def _keep(photo: NoticePhoto, picture: pictures.Picture) -> None:
    """Write the files and the row; the files go again when the row is not written."""
    try:
        photo.image.save("photo.jpg", ContentFile(picture.image), save=False)
        photo.thumbnail.save("photo.jpg", ContentFile(picture.thumbnail), save=False)
        photo.save(force_insert=True)
    except BaseException:
        for file in (photo.image, photo.thumbnail):
            if file.name:
                file.storage.delete(file.name)
        raise
