"""What an account is told about itself: written in its own identity, shown to nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import Notice, Reset, User
from apps.common.prepared import Given, Prepared

SHOWN = 50
# An account is told few things, and reads them: their keys are counted here.
_UNREAD = Prepared(lambda: Notice.objects.filter(user_id=Given("user"), read_at=None).values_list("pk"))


@dataclass(frozen=True)
class Told:
    """A notice as its reader sees it."""

    at: datetime
    text: str
    new: bool


def tell(user_id: int, kind: str, **details: str) -> None:
    """Tell an account something, in the caller's transaction."""
    with scopes.acting(scopes.identity(user_id)):
        Notice.objects.create(user_id=user_id, kind=kind, details=details)


def unread(user: User) -> int:
    """How many notices the account that acts has not looked at. One query: every page asks."""
    return len(_UNREAD.rows(user=user.pk))


def read(user: User) -> list[Told]:
    """The latest notices of an account, newest first; they count as read from now on."""
    with scopes.acting(scopes.identity(user.pk)):
        rows = list(Notice.objects.filter(user=user).order_by("-id")[:SHOWN])
        Notice.objects.filter(user=user, read_at=None).update(read_at=timezone.now())
    return [Told(row.at, sentence(row), row.read_at is None) for row in rows]


def sentence(notice: Notice) -> str:
    """What a notice says, in the reader's language."""
    words = {"what": "", "by": "", "confirmed": "", "reason": "", "name": "", "role": "", "until": "", **notice.details}
    if words["what"] in Reset.What.values:
        words["what"] = str(Reset.What(words["what"]).label)
    moment = parse_datetime(words["until"]) if words["until"] else None
    words["until"] = f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
    return {
        Notice.Kind.RESET_ASKED: _(
            "%(by)s申请对您的账户“%(what)s”，理由：%(reason)s。须由他人确认；如非您本人提出，请立即联系安全管理员。"
        ),
        Notice.Kind.RESET_DONE: _("您的账户已“%(what)s”：%(by)s申请，%(confirmed)s确认，理由：%(reason)s。"),
        Notice.Kind.DEPUTY: _("%(name)s代理您的“%(role)s”职务至%(until)s，理由：%(reason)s。"),
        Notice.Kind.DEPUTY_ENDED: _("%(name)s代理您的“%(role)s”职务已于%(until)s结束。"),
    }[Notice.Kind(notice.kind)] % words
