"""Photos and scans of what came with a complaint: the letter, what a visitor brought."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common import photos
from apps.common.errors import ServiceError
from apps.complaints.choices import OPEN
from apps.complaints.models import Complaint, ComplaintPhoto
from apps.complaints.services.reading import require_desk
from apps.complaints.services.steps import WAY

MOST_PHOTOS = 20


@transaction.atomic
def attach(found: Complaint, data: bytes, *, by: User) -> ComplaintPhoto:
    """Keep a photo, drawn anew, with a complaint that is open; the log of its steps says who added it.

    Raises PermissionDenied for whoever does not handle the complaint, ServiceError for one that is closed, too many
    photos, and a file that is no picture.
    """
    require_desk(by, found)
    picture = photos.read(data)
    locked = Complaint.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if locked.state not in OPEN:
        raise ServiceError(_("已经办结的举报不再收照片。"), field="photo", code="state", status=409)
    if ComplaintPhoto.objects.filter(complaint=locked).count() >= MOST_PHOTOS:
        message = _("一件举报最多 %(most)d 张照片。") % {"most": MOST_PHOTOS}
        raise ServiceError(message, field="photo", code="too_many")
    photo = ComplaintPhoto(
        complaint=locked,
        division_id=locked.division_id,
        at=timezone.now(),
        width=picture.width,
        height=picture.height,
    )
    try:
        photo.image.save("photo.jpg", ContentFile(picture.image), save=False)
        photo.save(force_insert=True)
        WAY.write(locked, WAY.elsewhere["attach"], locked.state, by=by)
    except BaseException:
        if photo.image.name:
            photo.image.storage.delete(photo.image.name)
        raise
    return photo
