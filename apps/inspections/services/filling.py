"""现场表: handing in what was written on site, exactly once, also from a phone that had no network for days.

A form is stored under the id that the phone made. Sent again it is the same one; other content under the id is kept
beside it. What was written while the inspection ran and arrives after it is kept and marked, and raises no problem;
what was written after it is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.inspections import raising
from apps.inspections.choices import BEFORE, InspectionState, ProblemLevel, QuestionKind
from apps.inspections.models import Inspection, InspectionLog, SampledUnit, SiteForm, SiteFormConflict
from apps.inspections.models.form import LONGEST_FACT
from apps.inspections.services.teams import is_member, office
from apps.pages.ways import holds

INSPECTS = "inspect"
LONGEST_ANSWER = 500
MOST_STROKES, MOST_POINTS, SPAN = 200, 4000, 1000
YES, NO = "yes", "no"

Stroke = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Draft:
    """A form as it was written. `answers` are texts in the order of the questions, empty for none ("yes" and "no" to
    yes or no); `signature` strokes of points, both of whose coordinates are from 0 to 1000; `offline` is no part of the
    content."""

    client_id: UUID
    unit: int
    written_at: datetime
    answers: Sequence[str] = ()
    remark: str = ""
    signed_by: str = ""
    signature: Sequence[Stroke] = ()
    lon: float | None = None
    lat: float | None = None
    accuracy: float | None = None
    problem_area: str = ""
    problem_fact: str = ""
    problem_level: str = ""
    offline: bool = False

    def content(self) -> dict[str, Any]:
        """What makes two forms under one id the same."""
        found = asdict(self)
        found.pop("offline")
        return {**found, "client_id": str(self.client_id), "written_at": self.written_at.astimezone().isoformat()}

    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal; a moment is the same in every time zone."""
        same = {**self.content(), "written_at": self.written_at.timestamp()}
        return hashlib.sha256(orjson.dumps(same, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """What became of a form: the stored one, if it is one's own; and how."""

    form: SiteForm | None
    created: bool = False
    conflict: bool = False


def may_fill(inspection: Inspection, user: User) -> bool:
    """Whether somebody fills forms of an inspection: who is on a team, and the office that runs it."""
    return is_member(inspection, user) or holds(user, INSPECTS, inspection.division_id)


def fills_somewhere(user: Any) -> bool:
    """Whether somebody ever fills forms."""
    return bool(scopes.of(user).ranges_of("view_supervision"))


def require_author(written_by: Any, by: User) -> None:
    """Raise ServiceError (403) when a phone sends in one account's session what another one wrote."""
    if written_by is not None and written_by != by.pk:
        told = _("这张现场表是另一个账户填写的，不能以您的名义提交。请由原账户登录后上传。")
        raise ServiceError(told, field="written_by", code="other_account", status=403)


@transaction.atomic
def submit(draft: Draft, *, by: User, now: datetime | None = None) -> Outcome:
    """Store a form, once however often it is sent.

    Raises Http404 for a unit that one does not see, PermissionDenied for whoever is not on the team, and ServiceError
    for an inspection that is not running and for answers that do not fit the questions.
    """
    now, digest = now or timezone.now(), draft.digest()
    unit = SampledUnit.objects.visible_to(by).select_related("inspection", "sample").filter(pk=draft.unit).first()
    if unit is None:
        raise Http404(_("没有这个抽中单位，或者它不在您的范围内。"))
    if not may_fill(unit.inspection, by):
        raise PermissionDenied(_("您不是这项督查的督查组成员，不能填写现场表。"))
    with scopes.activate(office(by)):
        stored = SiteForm.objects.filter(client_id=draft.client_id).first()
        if stored is None:
            late = _require_time(unit.inspection, draft.written_at)
            form = _form(draft, unit, digest, late=late, by=by, now=now)
            try:
                with transaction.atomic():
                    form.save(force_insert=True)
            except IntegrityError:  # another copy of it was faster
                stored = SiteForm.objects.get(client_id=draft.client_id)
        if stored is not None:
            if stored.author_id == by.pk and stored.digest == digest:
                return Outcome(stored)
            _keep_beside(draft, digest, stored, by=by, now=now)
            return Outcome(stored if stored.author_id == by.pk else None, conflict=True)
    if form.problem_fact and not form.late:
        form.problem = raising.raise_of(form, by)
        with scopes.activate(office(by)):
            SiteForm.objects.filter(pk=form.pk).update(problem=form.problem)
    return Outcome(form, created=True)


def _require_time(inspection: Inspection, written_at: datetime) -> bool:
    """Whether a form comes after the inspection; raises ServiceError for one that was not written during it."""
    if inspection.state == InspectionState.RUNNING:
        return False
    if inspection.state in BEFORE:
        raise ServiceError(_("督查还没有进驻，不能填写现场表。"), code="state", status=409)
    ended = (
        InspectionLog.objects.filter(inspection=inspection, from_state=InspectionState.RUNNING)
        .exclude(to_state=InspectionState.RUNNING)
        .order_by("-pk")
        .values_list("at", flat=True)
        .first()
    )
    if ended is None or written_at > ended:
        raise ServiceError(_("督查已经结束，不能再填写现场表。"), code="closed", status=409)
    return True


def _form(draft: Draft, unit: SampledUnit, digest: str, *, late: bool, by: User, now: datetime) -> SiteForm:
    questions = unit.sample.questions
    _check_problem(draft)
    if len(draft.remark) > LONGEST_FACT:
        raise ServiceError(_("内容不能超过 %(most)d 字。") % {"most": LONGEST_FACT}, field="remark")
    return SiteForm(
        inspection=unit.inspection,
        division_id=unit.division_id,
        unit=unit,
        place_id=unit.place_id,
        client_id=draft.client_id,
        digest=digest,
        author=by,
        author_name=str(by)[:60],
        written_at=draft.written_at,
        received_at=now,
        offline=draft.offline,
        late=late,
        questions=questions,
        answers=checked_answers(questions, draft.answers),
        remark=draft.remark.strip(),
        signed_by=draft.signed_by.strip()[:60],
        signature=_checked_signature(draft.signature),
        lon=_degrees(draft.lon),
        lat=_degrees(draft.lat),
        accuracy=None if draft.accuracy is None or draft.lon is None else round(draft.accuracy),
        problem_area=draft.problem_area,
        problem_fact=draft.problem_fact.strip(),
        problem_level=draft.problem_level,
    )


def checked_answers(questions: Sequence[dict[str, Any]], answers: Sequence[str]) -> list[str]:
    """The answers as they are stored, one for each question. Raises ServiceError at `answers` for one that does not
    fit."""
    if len(answers) != len(questions):
        raise ServiceError(_("现场表有 %(number)d 个问题。") % {"number": len(questions)}, field="answers")
    found = []
    for number, (question, said) in enumerate(zip(questions, answers, strict=True), 1):
        answer = said.strip()
        if not answer and question["required"]:
            raise _wrong(number, _("请回答。"), "required")
        if answer and not _fits(question, answer):
            raise _wrong(number, _("答案不符合要求。"), "invalid")
        found.append(answer)
    return found


def _fits(question: dict[str, Any], answer: str) -> bool:
    match question["kind"]:
        case QuestionKind.YES_NO:
            return answer in (YES, NO)
        case QuestionKind.CHOICE:
            return answer in question["choices"]
        case QuestionKind.NUMBER:
            try:
                return Decimal(answer).is_finite() and len(answer) <= len(str(10**15))
            except ArithmeticError:
                return False
    return len(answer) <= LONGEST_ANSWER


def _wrong(number: int, message: str, code: str) -> ServiceError:
    text = _("第 %(number)d 题：%(message)s") % {"number": number, "message": message}
    return ServiceError(text, field="answers", code=code)


def _check_problem(draft: Draft) -> None:
    """A problem has a fact, a level and, where there is a ledger of problems, an area."""
    fact = draft.problem_fact.strip()
    if not fact and not draft.problem_level:
        return
    if not fact:
        raise ServiceError(_("请写明问题事实。"), field="problem_fact", code="required")
    if len(fact) > LONGEST_FACT:
        raise ServiceError(_("内容不能超过 %(most)d 字。") % {"most": LONGEST_FACT}, field="problem_fact")
    if draft.problem_level not in ProblemLevel.values:
        raise ServiceError(_("请选择问题程度。"), field="problem_level", code="required")
    areas = {value for value, _label in raising.areas()}
    if areas and draft.problem_area not in areas:
        raise ServiceError(_("请选择问题领域。"), field="problem_area", code="required")


def _checked_signature(strokes: Sequence[Stroke]) -> list[list[list[int]]]:
    points = [point for stroke in strokes for point in stroke]
    within = all(len(point) == len("xy") and all(0 <= one <= SPAN for one in point) for point in points)
    if len(strokes) > MOST_STROKES or len(points) > MOST_POINTS or not within:
        raise ServiceError(_("签名笔迹不对，请重新签名。"), field="signature")
    return [[list(point) for point in stroke] for stroke in strokes if stroke]


def _keep_beside(draft: Draft, digest: str, stored: SiteForm, *, by: User, now: datetime) -> None:
    """Keep content that came under a taken id; the same content only once."""
    kept = SiteFormConflict(
        inspection_id=stored.inspection_id,
        division_id=stored.division_id,
        form=stored,
        digest=digest,
        author=by,
        author_name=str(by)[:60],
        received_at=now,
        content=draft.content(),
    )
    SiteFormConflict.objects.bulk_create([kept], ignore_conflicts=True)


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 6)))
