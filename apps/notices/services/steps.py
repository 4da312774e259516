"""The way of a notice (workflows.md §18): every step with who may take it and what it asks for.

State moves here and in `clock` alone. Whoever prepared a notice does not approve it. A step is logged in the
transaction that takes it; of two at once the second finds another version.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.policy import holder_level
from apps.accounts.models import User
from apps.common import workdays
from apps.common.days import today
from apps.common.errors import ServiceError, StaleVersion
from apps.notices.choices import ON_SITE, RULES, UP, State, Way
from apps.notices.models import NoticeObjection, NoticePhoto, PublicNotice
from apps.notices.models.notice import LONGEST_NOTE
from apps.notices.services import publishing
from apps.notices.services.writing import ENTERS, enter, place_of, plain

REVIEWS = "review_register"
ANSWER_WITHIN = 5
"""Working days within which an objection is answered (workflows.md §18)."""


LATEST_ENTRY = 3
"""Days after posting within which it is entered: until then the web copy is missing."""


@dataclass(frozen=True)
class Step:
    """A step: from which states to which, and whose it is. Without a `to_state` the state follows from what is open."""

    name: str
    label: str | Promise
    from_states: tuple[State, ...]
    to_state: State | None
    capability: str = ENTERS
    needs_note: bool = False


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("approve", gettext_lazy("审核通过"), (State.PREPARED,), State.APPROVED, REVIEWS),
        Step(
            "return", gettext_lazy("退回修改"), (State.PREPARED, State.APPROVED), State.PREPARED, REVIEWS,
            needs_note=True,
        ),
        Step("post", gettext_lazy("登记张贴"), (State.APPROVED,), State.POSTED),
        Step("object", gettext_lazy("登记异议"), UP, State.OBJECTION),
        Step("answer", gettext_lazy("答复异议"), (State.OBJECTION,), None),
        Step("end", gettext_lazy("公示期满"), (State.POSTED, State.RUNNING), State.ENDED),
        Step("archive", gettext_lazy("归档"), (State.ENDED,), State.ARCHIVED),
        Step(
            "withdraw", gettext_lazy("撤回"), (State.PREPARED, State.APPROVED, *UP), State.WITHDRAWN, needs_note=True
        ),
        Step("repost", gettext_lazy("重新公示"), (State.WITHDRAWN,), State.PREPARED, needs_note=True),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What is said with a step. `place`, `ways`, `posted_on` belong to posting; `text` is an objection or an answer,
    `received_on` the day on which an objection came, `objection` the key of the one that is answered."""

    note: str = ""
    place: str = ""
    ways: Sequence[str] = ()
    posted_on: datetime.date | None = None
    text: str = ""
    received_on: datetime.date | None = None
    objection: int | None = None


def why_not(step: Step, found: PublicNotice, by: User) -> str:
    """Why this account may not take the step on a notice in the right state; empty when it may."""
    if holder_level(by, step.capability, found.division_id) is None:
        return _("您没有办理这一步的权限。")
    if step.name == "approve" and by.pk == found.prepared_by_id:
        return _("拟稿人不能审核自己拟的公示，请由他人办理。")
    return ""


def why_not_now(step: Step, found: PublicNotice) -> str:
    """Why it is not the day for a step; empty when it is."""
    if step.name != "end":
        return ""
    if found.ends_on is None:
        return _("公告长期公示，没有期满。")
    if today() <= found.ends_on:
        return _("公示至 %(day)s，期未满不能结束。") % {"day": found.ends_on.isoformat()}
    return ""


def may(step: Step, found: PublicNotice, by: User) -> bool:
    """Whether this account may take the step on this notice, as it stands today."""
    return found.state in step.from_states and not why_not(step, found, by) and not why_not_now(step, found)


def steps_for(found: PublicNotice, by: User) -> list[Step]:
    """The steps that this account may take now, in the order of the way."""
    return [step for step in STEPS.values() if may(step, found, by)]


def concerned(found: PublicNotice, by: User) -> bool:
    """Whether an account has any step at all in this notice, now or later."""
    return any(holder_level(by, one, found.division_id) is not None for one in (ENTERS, REVIEWS))


@transaction.atomic
def take(
    found: PublicNotice, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> PublicNotice:
    """Take a step on a notice that `by` may see.

    Raises PermissionDenied, StaleVersion, and ServiceError for an unknown step, a state or day that does not allow it
    (a notice does not end early, nor with an objection open), and for what is missing or wrong in what is said.
    """
    step, said = STEPS.get(name), said or Said()
    if step is None:
        raise ServiceError(_("没有这个操作：%(name)s。") % {"name": name}, field="step")
    locked = PublicNotice.objects.select_for_update().get(pk=found.pk)
    _check(step, locked, by, said, expected_version)
    before = locked.state
    note = ACTS[name](_Act(step, locked, by, said)) or said.note.strip()
    locked.state = step.to_state or _state_now(locked)
    locked.state_since = timezone.now()
    locked.save()
    if name == "post":
        publishing.publish(locked)
    elif locked.state in (State.ARCHIVED, State.WITHDRAWN):
        publishing.take_back(locked)
    level = holder_level(by, step.capability, locked.division_id)
    enter(locked, by=by, step=name, from_state=before, note=note, level=level)
    return locked


def _check(step: Step, found: PublicNotice, by: User, said: Said, expected_version: int | None) -> None:
    if not concerned(found, by):
        raise PermissionDenied(_("您没有办理这项公示的权限。"))
    if expected_version is not None and expected_version != found.version:
        raise StaleVersion(found)
    if found.state not in step.from_states:
        if step.name == "end" and found.state == State.OBJECTION:
            raise ServiceError(_("有异议尚未答复，公示不能结束。"), field="step", code="objection", status=409)
        state = {"state": found.get_state_display(), "step": step.label}
        raise ServiceError(_("公示现为“%(state)s”，不能“%(step)s”。") % state, code="state", status=409)
    if why := why_not(step, found, by):
        raise PermissionDenied(why)
    if why := why_not_now(step, found):
        raise ServiceError(why, field="step", code="early")
    if step.needs_note and not said.note.strip():
        raise ServiceError(_("请说明理由。"), field="note", code="required")
    if len(said.note) > LONGEST_NOTE:
        raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}, field="note", code="too_long")


def _state_now(found: PublicNotice) -> State:
    """The state of a notice that hangs: waiting for an answer, in its days, or on the day of posting."""
    if NoticeObjection.objects.filter(notice=found).open().exists():
        return State.OBJECTION
    return State.POSTED if found.posted_on == today() else State.RUNNING


# --- what each step writes --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Act:
    step: Step
    found: PublicNotice
    by: User
    said: Said


def _nothing(act: _Act) -> None:
    """The state alone changes."""


def _approve(act: _Act) -> None:
    act.found.approved_by, act.found.approved_by_name = act.by, str(act.by)


def _prepare_anew(act: _Act) -> None:
    """Back to the beginning: approval and posting are to be given again."""
    found = act.found
    found.approved_by, found.approved_by_name = None, ""
    found.place, found.ways = "", []
    found.posted_on = found.ends_on = found.closed_on = None


def _post(act: _Act) -> None:
    """Where, how and since when it hangs; what hangs on site is proved by a photo of this posting."""
    found, said = act.found, act.said
    found.place = place_of(said.place)
    ways = list(dict.fromkeys(said.ways))
    if not ways:
        raise ServiceError(_("请选择公示方式。"), field="ways", code="required")
    if unknown := set(ways) - set(Way.values):
        raise ServiceError(
            _("没有这种公示方式：%(way)s。") % {"way": min(unknown)}, field="ways", code="invalid_choice"
        )
    posted_on = said.posted_on or today()
    if posted_on > today():
        raise ServiceError(_("张贴日期不能晚于今天。"), field="posted_on", code="future")
    if posted_on < today() - datetime.timedelta(days=LATEST_ENTRY):
        message = _("张贴后应在 %(most)d 天内登记。") % {"most": LATEST_ENTRY}
        raise ServiceError(message, field="posted_on", code="past")
    found.postings += 1
    proved = NoticePhoto.objects.filter(notice=found, posting=found.postings).exists()
    if set(ways) & set(ON_SITE) and not proved:
        raise ServiceError(_("现场张贴的，请先上传张贴照片。"), field="ways", code="photo")
    found.ways, found.posted_on = ways, posted_on
    found.ends_on = last_day(found.kind, posted_on, found.days)


def last_day(kind: str, posted_on: datetime.date, days: int | None) -> datetime.date | None:
    """The last day of a notice: the day of posting does not count; None for what hangs for good."""
    if days is None:
        return None
    if RULES[kind].working:
        return workdays.after(posted_on, days)
    return posted_on + datetime.timedelta(days=days)


def _object(act: _Act) -> None:
    """Register an objection; its answer is due within five working days of the day on which it came."""
    found, said = act.found, act.said
    text = plain(said.text, field="text", longest=LONGEST_NOTE)
    received_on = said.received_on or today()
    if found.posted_on is None or not found.posted_on <= received_on <= today():
        raise ServiceError(_("收到日期应在张贴之后、今天以前。"), field="received_on", code="day")
    NoticeObjection.objects.create(
        notice=found,
        division_id=found.division_id,
        received_on=received_on,
        text=text,
        received_by=act.by,
        received_by_name=str(act.by),
        due_on=workdays.after(received_on, ANSWER_WITHIN),
    )


def _answer(act: _Act) -> str:
    """Answer one objection; the only open one need not be named."""
    text = plain(act.said.text, field="text", longest=LONGEST_NOTE)
    rows = NoticeObjection.objects.filter(notice=act.found).open().order_by("pk")
    wanted = list(rows.filter(pk=act.said.objection) if act.said.objection else rows[:2])
    if len(wanted) != 1:
        message = _("请选择要答复的异议。") if not act.said.objection else _("没有这条待答复的异议。")
        raise ServiceError(message, field="objection", code="required" if wanted else "unknown")
    objection = wanted[0]
    objection.answer, objection.answered_on = text, today()
    objection.answered_by, objection.answered_by_name = act.by, str(act.by)
    objection.save()
    return act.said.note.strip()


def _end(act: _Act) -> None:
    act.found.closed_on = today()


ACTS: dict[str, Callable[[_Act], str | None]] = {
    "approve": _approve,
    "return": _prepare_anew,
    "post": _post,
    "object": _object,
    "answer": _answer,
    "end": _end,
    "archive": _nothing,
    "withdraw": _nothing,
    "repost": _prepare_anew,
}
