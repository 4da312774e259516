"""What may tell who complained: the complainant, his words and pictures, and what was noted on the way.

Rows of a realm of their own (`handle_complaints`), which a post opens at its very place and nowhere else: neither the
levels above, nor those below, nor any administrator. They lie where their complaint lies and go with it when it is
handed over, kept so by the database.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.access.models import PlacedModel
from apps.common.fields import SealedField
from apps.common.sealing import Sealed
from apps.complaints.models.complaint import Complaint
from apps.pages.steplogs import StepLog

LONGEST_TEXT, LONGEST_NAME, LONGEST_CONTACT = 5000, 50, 200


def hidden(text: str) -> Sealed | None:
    """Words under seal, None for none. As hexadecimal digits: a seal keeps numbers, and would fold letters."""
    words = text.strip()
    return Sealed.of("secret", words.encode().hex()) if words else None


def words_of(sealed: Sealed | None) -> str:
    """What `hidden` put under seal. Whoever calls this answers for the right to see it."""
    return bytes.fromhex(sealed.clear()).decode() if sealed else ""


class OfComplaint(PlacedModel):
    """What hangs off a complaint, for the unit that handles it alone."""

    realm: ClassVar[str] = "complaints"
    change_capability: ClassVar[str] = "handle_complaints"

    class Meta:
        abstract = True


class Complainant(OfComplaint):
    """反映人: name and how to reach him, both under seal. There is none of an anonymous complaint without a contact."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.PROTECT, related_name="complainant", verbose_name=_("信访举报")
    )
    name = SealedField(kind="secret", verbose_name=_("反映人姓名"), null=True, blank=True)
    contact = SealedField(kind="secret", verbose_name=_("联系方式"), null=True, blank=True)

    class Meta:
        verbose_name = _("反映人")
        indexes = [models.Index(fields=["division", "id"], name="complainant_division")]

    def __str__(self) -> str:
        return str(self.complaint_id)


class Statement(OfComplaint):
    """反映内容: what was written, what was found, what was answered; the hash of the secret by which the complainant
    follows it (SHA-256 of 120 random bits, so no slow hash is needed)."""

    complaint = models.OneToOneField(
        Complaint, on_delete=models.PROTECT, related_name="statement", verbose_name=_("信访举报")
    )
    text = models.TextField(_("反映内容"), max_length=LONGEST_TEXT)
    findings = models.TextField(_("调查情况"), max_length=LONGEST_TEXT, blank=True, default="")
    answer = models.TextField(_("答复内容"), max_length=LONGEST_TEXT, blank=True, default="")
    secret_hash = models.BinaryField(_("查询码摘要"), null=True, editable=False)

    class Meta:
        verbose_name = _("反映内容")
        indexes = [models.Index(fields=["division", "id"], name="statement_division")]

    def __str__(self) -> str:
        return str(self.complaint_id)


def photo_path(photo: ComplaintPhoto | None, name: str) -> str:
    """Where a picture lies: a name that nobody guesses."""
    return f"complaints/{uuid4().hex}.jpg"


class ComplaintPhoto(OfComplaint):
    """举报照片: drawn anew from the pixels, without metadata. Append-only."""

    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, related_name="photos", verbose_name=_("信访举报")
    )
    at = models.DateTimeField(_("上传时间"))
    width = models.PositiveIntegerField(_("宽"))
    height = models.PositiveIntegerField(_("高"))
    image = models.FileField(_("照片"), upload_to=photo_path)

    class Meta:
        verbose_name = _("举报照片")
        indexes = [models.Index(fields=["division", "id"], name="complaint_photo_division")]

    def __str__(self) -> str:
        return str(self.complaint_id)


class ComplaintLog(StepLog):
    """信访举报办理记录: every step with its note, which may tell as much as the complaint. Append-only."""

    realm: ClassVar[str] = "complaints"
    change_capability: ClassVar[str] = "handle_complaints"

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="log", verbose_name=_("信访举报"))

    class Meta:
        verbose_name = _("信访举报办理记录")
        indexes = [models.Index(fields=["division", "id"], name="complaint_log_division")]
