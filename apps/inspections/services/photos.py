"""Photos of on-site forms: read by a process of its own and kept without metadata (`apps.common.pictures`)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common import photos
from apps.common.errors import Refused, ServiceError
from apps.inspections.models import SiteForm, SiteFormPhoto
from apps.inspections.services.teams import office

SLOTS = 9
MOST_BYTES = 4 * 1024 * 1024
"""A phone makes its photos small before it sends them."""


def add(form: SiteForm, slot: int, data: bytes, *, by: User) -> tuple[SiteFormPhoto, bool]:
    """Keep a photo of a form by its number (0 to 8); the photo, and whether it is new: sent again it is the same one.

    Raises Refused for anybody but the author, ServiceError for a number that another photo has (409) and for a file
    that is no picture.
    """
    if form.author_id != by.pk:
        raise Refused(_("只有填表人本人可以添加照片。"))
    if not 0 <= slot < SLOTS:
        raise ServiceError(_("一张现场表最多 %(most)d 张照片。") % {"most": SLOTS}, field="slot", code="too_many")
    digest = hashlib.sha256(data).hexdigest()
    known = _known(form, slot, by)
    if known is None:
        of = {"inspection_id": form.inspection_id, "division_id": form.division_id, "form": form}
        photo = SiteFormPhoto(**of, slot=slot, sha256=digest)
        picture = photos.read(data, most=MOST_BYTES)
        try:
            with transaction.atomic(), scopes.activate(office(by)):
                photos.keep(photo, picture, by=by)
        except IntegrityError:  # another copy of it was faster
            known = _known(form, slot, by)
        else:
            return photo, True
    if known is None or known.sha256 != digest:
        raise ServiceError(_("这个序号已有另一张照片。"), field="slot", code="taken", status=409)
    return known, False


def of_form(user: Any, form: SiteForm) -> list[SiteFormPhoto]:
    """The photos of a form that a user sees."""
    return list(SiteFormPhoto.objects.visible_to(user).filter(form=form).order_by("slot"))


def _known(form: SiteForm, slot: int, by: User) -> SiteFormPhoto | None:
    with scopes.activate(office(by)):
        return SiteFormPhoto.objects.filter(form=form, slot=slot).first()
