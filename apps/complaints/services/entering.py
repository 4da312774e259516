"""Entering what came by telephone, letter, visit or from another body; who may handle what."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.common import workdays
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.complaints.choices import REGISTER_DAYS, Channel, Kind, State
from apps.complaints.models import Complainant, Complaint, ComplaintLog, Statement
from apps.complaints.models.confidential import LONGEST_TEXT, hidden
from apps.complaints.services.receipts import Receipt, digest, new_number
from apps.divisions import codes

HANDLES = "handle_complaints"


@dataclass(frozen=True)
class Told:
    """What somebody complained of: the place, the words, and of himself what he told. `sender`: the body that a
    complaint was transferred from."""

    concerned: int
    kind: str
    text: str
    name: str = ""
    contact: str = ""
    channel: str = Channel.PHONE
    sender: str = ""
    received_on: datetime.date | None = None


def handlers_of(concerned: int) -> list[int]:
    """The units that may handle what is said about a place: those above it, top down, to the township. Never itself: no
    unit decides about itself (分级负责)."""
    return codes.ancestors(concerned)


def require_above(division: int, concerned: int, *, field: str = "concerned") -> None:
    """Raise ServiceError when a unit would handle what is said about itself, or about what is not below it."""
    if division not in handlers_of(concerned):
        raise ServiceError(_("被反映的单位不能办理反映自己的举报，应由其上级单位办理。"), field=field, code="accused")


def enter(division: int, told: Told, *, by: User, receipt: Receipt | None = None) -> Complaint:
    """Enter a complaint at the unit that handles it. `receipt`: what whoever complained is given to follow it by; the
    same receipt is the same complaint, however often it is sent.

    Raises PermissionDenied for whoever is not of its desk, and ServiceError for what cannot be.
    """
    policy.require(by, HANDLES, division)
    _check(division, told)
    try:
        return _write(division, told, by, receipt)
    except IntegrityError:
        known = Complaint.objects.visible_to(by).filter(number=receipt.number) if receipt else None
        if not known:
            raise
        return known.get()


def _write(division: int, told: Told, by: User, receipt: Receipt | None) -> Complaint:
    day = told.received_on or today()
    with transaction.atomic():
        found = Complaint.objects.create(
            division_id=division,
            number=receipt.number if receipt else new_number(),
            kind=told.kind,
            channel=told.channel,
            sender=told.sender,
            concerned_id=told.concerned,
            named=bool(told.name.strip()),
            state_since=timezone.now(),
            received_on=day,
            due_on=workdays.after(day, REGISTER_DAYS),
        )
        of: dict[str, Any] = {"complaint": found, "division_id": division}
        Statement.objects.create(**of, text=told.text.strip(), secret_hash=digest(receipt.secret) if receipt else None)
        name, contact = hidden(told.name), hidden(told.contact)
        if name or contact:
            Complainant.objects.create(**of, name=name, contact=contact)
        ComplaintLog.objects.create(**of, round=0, by=by, by_name=str(by)[:60], step="receive", to_state=State.RECEIVED)
    return found


def _check(division: int, told: Told) -> None:
    require_above(division, told.concerned)
    if told.kind not in Kind.values:
        raise ServiceError(_("没有这个类别。"), field="kind", code="invalid_choice")
    if not 0 < len(told.text.strip()) <= LONGEST_TEXT:
        raise ServiceError(_("请填写反映内容，不超过 %(most)d 字。") % {"most": LONGEST_TEXT}, field="text")
    if told.received_on is not None and told.received_on > today():
        raise ServiceError(_("日期不能晚于今天。"), field="received_on", code="future")
    if (told.channel == Channel.TRANSFER) != bool(told.sender):
        raise ServiceError(_("外单位转来的，请选择转来单位；其他来源没有转来单位。"), field="sender", code="sender")
