"""Photos of a visit: announced, received in pieces of at most 256 kB, read, kept without their metadata.

A piece may be sent again, and an upload goes on wherever it broke off: the phone asks for the offset. What is received
lies in a file of its own until the photo is whole; then it waits there to be read in the background (`developing`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.access import sight
from apps.common.errors import Refused, ServiceError
from apps.visits.choices import SLOTS, PhotoState, Refusal
from apps.visits.models import Visit, VisitPhoto
from apps.visits.services import developing, storage

PIECE = 256 * 1024
MOST_BYTES = 12 * 1024 * 1024
KEPT_OPEN = timedelta(days=30)
"""An upload that is not whole so long after its announcement is given up; the phone may announce the photo again."""

# Giving up everybody's forgotten uploads takes the whole range of codes.
CARETAKER = scopes.everywhere("view_register", username="visits", source="task")


class WrongOffset(ServiceError):
    """A piece that does not join on to what is here; `offset` is where the upload stands."""

    status = 409
    code = "offset"

    def __init__(self, offset: int) -> None:
        super().__init__(_("照片应从第 %(offset)d 字节继续上传。") % {"offset": offset})
        self.offset = offset


def announce(visit: Visit, *, slot: int, size: int, sha256: str, by: Any) -> tuple[VisitPhoto, bool]:
    """Say that a photo will come: its number on the visit (0 to 8), its size and SHA-256. The photo, and whether it is
    new; announced twice it is the same one.

    Raises Refused for anybody but the author, ServiceError (409) when another photo has the number.
    """
    if visit.author_id != by.pk:
        raise Refused(_("只有走访人本人可以添加照片。"))
    if not 0 <= slot < SLOTS:
        raise ServiceError(_("一篇日记最多 %(most)d 张照片。") % {"most": SLOTS}, field="slot")
    if not 0 < size <= MOST_BYTES:
        raise ServiceError(_("照片不能超过 %(most)d MB。") % {"most": MOST_BYTES >> 20}, field="size", code="too_large")
    photo = VisitPhoto(
        visit=visit,
        household_id=visit.household_id,
        division_id=visit.division_id,
        author_id=by.pk,
        slot=slot,
        size=size,
        sha256=sha256,
        part=uuid4().hex,
    )
    try:
        with transaction.atomic():
            photo.save(force_insert=True)
    except IntegrityError:
        live = VisitPhoto.objects.visible_to(by).filter(visit=visit, slot=slot).exclude(state=PhotoState.REFUSED)
        standing = live.first()
        if standing is None or (standing.size, standing.sha256) != (size, sha256):
            raise ServiceError(_("这个序号已有另一张照片。"), field="slot", code="taken", status=409) from None
        return standing, False
    return photo, True


@transaction.atomic
def receive(photo: VisitPhoto, offset: int, piece: bytes, *, by: Any) -> VisitPhoto:
    """Take a piece that begins at `offset`; the photo as it stands now. With the last one it is whole, and waits to be
    read: whether it is kept is told by its state later.

    Raises Refused for anybody but the author, WrongOffset for a piece that leaves a gap, NoSpace (507) with nothing
    changed.
    """
    if photo.author_id != by.pk:
        raise Refused(_("只有走访人本人可以添加照片。"))
    photo = VisitPhoto.objects.select_for_update().get(pk=photo.pk)
    if photo.state != PhotoState.RECEIVING:
        return photo
    if offset > photo.received:
        raise WrongOffset(photo.received)
    if not piece or len(piece) > PIECE or offset + len(piece) > photo.size:
        raise ServiceError(_("每次上传 1 至 %(most)d 字节，且不超出照片大小。") % {"most": PIECE}, code="piece")
    with storage.enough_space():
        storage.write(storage.part_of(photo), offset, piece)
    photo.received = max(photo.received, offset + len(piece))
    if photo.received == photo.size:
        photo.state, photo.finished_at = PhotoState.WHOLE, timezone.now()
        transaction.on_commit(lambda: developing.ring(photo.pk, photo.author_id))
    photo.save(update_fields=["received", "state", "finished_at"])
    return photo


def of_visit(user: Any, visit: int) -> QuerySet[VisitPhoto]:
    """The photos of a visit that a user may know of, in their order; those that were refused are left out."""
    found = VisitPhoto.objects.visible_to(user).filter(visit=visit).exclude(state=PhotoState.REFUSED)
    return found.order_by("slot", "pk")


def may_look(user: Any, photo: VisitPhoto) -> bool:
    """Whether a picture is for this account: it reads personal data there, or has taken it itself."""
    return photo.author_id == user.pk or sight.opens(user, photo)


def give_up_forgotten() -> int:
    """Close uploads that were not finished within 30 days, and remove files of uploads that nothing was written to for
    so long, also those that a killed process left behind; how many uploads were closed."""
    before = timezone.now() - KEPT_OPEN
    with scopes.acting(CARETAKER, source="task"):
        forgotten = VisitPhoto.objects.filter(state=PhotoState.RECEIVING, announced_at__lt=before)
        closed = forgotten.update(state=PhotoState.REFUSED, refusal=Refusal.FORGOTTEN, finished_at=timezone.now())
    for path in storage.parts_folder().glob("*.part"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
    return closed
