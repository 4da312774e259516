"""Photos that prove a posting (`apps.common.photos`)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common import photos
from apps.common.errors import ServiceError
from apps.notices.choices import UP, State
from apps.notices.models import NoticePhoto, PublicNotice
from apps.notices.services.writing import ENTERS

MOST_PHOTOS = 9


def add(found: PublicNotice, data: bytes, *, by: User) -> NoticePhoto:
    """Keep a photo of a notice: before it is posted of the coming posting, afterwards of this one.

    Raises PermissionDenied without the right to change the register there, ServiceError for a notice that neither
    hangs nor is about to, too many photos, and a file that is no picture.
    """
    policy.require(by, ENTERS, found)
    if found.state not in (State.APPROVED, *UP):
        raise ServiceError(_("公示审核通过后才能上传张贴照片。"), field="photo", code="state", status=409)
    picture = photos.read(data)
    with transaction.atomic():
        locked = PublicNotice.objects.select_for_update().get(pk=found.pk)
        posting = locked.postings + (locked.state == State.APPROVED)
        if NoticePhoto.objects.filter(notice=locked, posting=posting).count() >= MOST_PHOTOS:
            message = _("一次张贴最多 %(most)d 张照片。") % {"most": MOST_PHOTOS}
            raise ServiceError(message, field="photo", code="too_many")
        photo = NoticePhoto(notice=locked, division_id=locked.division_id, posting=posting)
        photos.keep(photo, picture, by=by)
    return photo


def of_notice(user: Any, found: PublicNotice) -> list[NoticePhoto]:
    """The photos of a notice that a user sees, the newest posting first."""
    return list(NoticePhoto.objects.visible_to(user).filter(notice=found).order_by("-posting", "pk"))
