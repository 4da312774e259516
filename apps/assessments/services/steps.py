"""The way of an assessment: every step of workflows.md §13, with who may take it and what it asks for.

State moves here and nowhere else. The assessed person takes his own steps; the others are taken by the offices of
township and county, never about oneself, and never twice by the same person: who scored does not grade, and who graded
does not decide the appeal. Every step is logged in the transaction that takes it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.access.policy import holder_level
from apps.accounts.models import User
from apps.assessments.choices import Grade, Kind, Missing, Source, State
from apps.assessments.models import AssessmentLog, CadreAssessment, IndicatorSet, Score
from apps.assessments.models.assessment import LONGEST, LONGEST_NOTE
from apps.assessments.services import scoring, sets
from apps.common.days import today
from apps.common.errors import ServiceError, StaleVersion
from apps.divisions import codes

ENTERS, REVIEWS = "change_register", "review_register"


@dataclass(frozen=True)
class Step:
    """A step: from which state to which, and whose it is.

    Without a `capability` it is the assessed person's own. `level` is the lowest level whose office takes it for a
    cadre's year; a corps is two levels further up (`lowest`).
    """

    name: str
    label: str | Promise
    from_state: State
    to_state: State
    capability: str = ""
    level: int = codes.TOWNSHIP
    needs_note: bool = False
    needs_text: bool = False

    def lowest(self, kind: str) -> int:
        """The lowest level whose office takes the step: of a corps the league does the township's work, the region the
        county's (R-078)."""
        return _OF_CORPS[self.level] if kind == Kind.CORPS else self.level


_OF_CORPS = {codes.TOWNSHIP: codes.LEAGUE, codes.COUNTY: codes.REGION}

STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("report", gettext_lazy("提交自评"), State.SELF_REPORT, State.OPINION, needs_text=True),
        Step(
            "report_for", gettext_lazy("无自评，转民意测评"), State.SELF_REPORT, State.OPINION, ENTERS, needs_note=True
        ),
        Step("opinion", gettext_lazy("登记民意测评"), State.OPINION, State.TOWNSHIP, ENTERS),
        Step("score", gettext_lazy("评分"), State.TOWNSHIP, State.COUNTY, ENTERS),
        Step("return", gettext_lazy("退回重评"), State.COUNTY, State.TOWNSHIP, REVIEWS, codes.COUNTY, needs_note=True),
        Step("grade", gettext_lazy("评定等次"), State.COUNTY, State.GRADED, REVIEWS, codes.COUNTY),
        Step("accept", gettext_lazy("认可结果"), State.GRADED, State.FINAL),
        Step("appeal", gettext_lazy("申诉"), State.GRADED, State.APPEAL, needs_text=True),
        Step("finish", gettext_lazy("申诉期满，确定结果"), State.GRADED, State.FINAL, REVIEWS, codes.COUNTY),
        Step("decide", gettext_lazy("裁定申诉"), State.APPEAL, State.FINAL, REVIEWS, codes.COUNTY, needs_note=True),
    )
}


@dataclass(frozen=True)
class Entered:
    """What the township enters for one indicator: a value (0 to 100) or none, and always what it rests on."""

    value: Decimal | None
    note: str


@dataclass(frozen=True)
class Said:
    """What is said with a step. `text` is the assessed person's, `asked` and `satisfied` count households, `scores`
    are what the township enters, `grade` differs from the computed one or decides an appeal."""

    note: str = ""
    text: str = ""
    asked: int | None = None
    satisfied: int | None = None
    scores: Mapping[str, Entered] = field(default_factory=dict)
    grade: str = ""


def is_own(found: CadreAssessment, user: User) -> bool:
    """Whether somebody is the one who is assessed."""
    return found.account_id is not None and found.account_id == user.pk


def why_not(step: Step, found: CadreAssessment, by: User) -> str:
    """Why this account may not take the step on an assessment in the right state; empty when it may."""
    if not step.capability:
        return "" if is_own(found, by) else _("这一步由被考核人本人办理。")
    if is_own(found, by):
        return _("不能办理对自己的考核。")
    level = holder_level(by, step.capability, found.division_id)
    if level is None or level > step.lowest(found.kind):
        return _("您没有办理这一步的权限。")
    if step.name in ("grade", "return", "decide") and by.pk == found.scored_by_id:
        return _("评分人不能评定自己的评分，请由他人办理。")
    if step.name == "decide" and by.pk == found.graded_by_id:
        return _("评定人不能裁定对自己评定的申诉，请由他人办理。")
    return ""


def why_not_now(step: Step, found: CadreAssessment) -> str:
    """Why it is not the day for a step; empty when it is."""
    over = found.appeal_until is not None and today() > found.appeal_until
    if step.name == "appeal" and over:
        return _("申诉期已过。")
    if step.name == "finish" and not over:
        return _("申诉期未满。")
    waiting = found.account_id is not None and found.due_on is not None and today() <= found.due_on
    if step.name == "report_for" and waiting:
        return _("自评截止日前，由被考核人本人提交自评。")
    return ""


def may(step: Step, found: CadreAssessment, by: User) -> bool:
    """Whether this account may take the step on this assessment, as it stands today."""
    return found.state == step.from_state and not why_not(step, found, by) and not why_not_now(step, found)


def steps_for(found: CadreAssessment, by: User) -> list[Step]:
    """The steps that this account may take now, in the order of the way."""
    return [step for step in STEPS.values() if may(step, found, by)]


def concerned(found: CadreAssessment, by: User) -> bool:
    """Whether an account has any step at all in this assessment, now or later."""
    return is_own(found, by) or any(
        holder_level(by, capability, found.division_id) is not None for capability in (ENTERS, REVIEWS)
    )


@transaction.atomic
def take(
    found: CadreAssessment, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> CadreAssessment:
    """Take a step on an assessment that `by` may see.

    Raises PermissionDenied, StaleVersion, and ServiceError for an unknown step, a state or day that does not allow it,
    and for what is missing or wrong in what is said.
    """
    step, said = STEPS.get(name), said or Said()
    if step is None:
        raise ServiceError(_("没有这个操作：%(name)s。") % {"name": name}, field="step")
    with scopes.activate(_at(found, by)):
        locked = CadreAssessment.objects.select_for_update().get(pk=found.pk)
        check(step, locked, by, said, expected_version)
        rules = sets.of_assessment(locked.set_id)
        scores = list(Score.objects.filter(assessment=locked).order_by("position"))
        line = move(step, locked, by, said, rules, scores, timezone.now())
        locked.save()
        line.save()
    return locked


def move(
    step: Step,
    found: CadreAssessment,
    by: User,
    said: Said,
    rules: IndicatorSet,
    scores: list[Score],
    now: datetime.datetime,
) -> AssessmentLog:
    """What a step that was checked makes of an assessment, and its line in the log; neither is written here."""
    before = found.state
    ACTS[step.name](_Act(step, found, by, said, rules, scores, now))
    found.state, found.state_since = step.to_state, now
    found.due_on = _due(found, rules)
    return AssessmentLog(
        assessment=found,
        division_id=found.division_id,
        at=now,
        by=by,
        by_name=str(by),
        by_level=holder_level(by, step.capability, found.division_id) if step.capability else None,
        step=step.name,
        from_state=before,
        to_state=step.to_state,
        note=said.note.strip(),
    )


def _at(found: CadreAssessment, by: User) -> scopes.Scope:
    """The scope that writes one assessment: at its place alone, since the assessed person holds no place."""
    here = (found.division_id, found.division_id)
    return scopes.Scope(user_id=by.pk, username=by.username, capabilities={"view_register": (here,)})


def check(step: Step, found: CadreAssessment, by: User, said: Said, expected_version: int | None) -> None:
    """Raise what `take` raises before it writes anything."""
    if not concerned(found, by):
        raise PermissionDenied(_("您没有办理这项考核的权限。"))
    if expected_version is not None and expected_version != found.version:
        raise StaleVersion(found)
    if found.state != step.from_state:
        raise ServiceError(
            _("考核现为“%(state)s”，不能“%(step)s”。") % {"state": found.get_state_display(), "step": step.label},
            code="state",
            status=409,
        )
    if why := why_not(step, found, by):
        raise PermissionDenied(why)
    if why := why_not_now(step, found):
        raise ServiceError(why, field="step", code="day")
    if step.needs_note and not said.note.strip():
        raise ServiceError(_("请说明理由。"), field="note", code="required")
    if step.needs_text and not said.text.strip():
        raise ServiceError(_("请填写内容。"), field="text", code="required")
    if len(said.note) > LONGEST_NOTE:
        raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}, field="note")
    if len(said.text) > LONGEST:
        raise ServiceError(_("内容不能超过 %(most)d 字。") % {"most": LONGEST}, field="text")


def _due(found: CadreAssessment, rules: IndicatorSet) -> datetime.date | None:
    """Until when the next step is to be taken."""
    return {
        State.SELF_REPORT: rules.report_until,
        State.OPINION: rules.opinion_until,
        State.TOWNSHIP: rules.score_until,
        State.COUNTY: rules.grade_until,
        State.GRADED: found.appeal_until,
        State.APPEAL: today() + datetime.timedelta(days=rules.appeal_days),
    }.get(State(found.state))


# --- what each step writes --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Act:
    step: Step
    found: CadreAssessment
    by: User
    said: Said
    rules: IndicatorSet
    scores: list[Score]
    now: datetime.datetime

    def settle(self, score: Score, value: Decimal | None, note: str) -> None:
        """Write a value that somebody entered, or that there is none."""
        score.value, score.missing = value, "" if value is not None else Missing.NO_DATA
        score.note, score.settled_at = note, self.now
        score.entered_by, score.entered_by_name = self.by, str(self.by)
        score.save()


def _nothing(act: _Act) -> None:
    """The state alone changes."""


def _report(act: _Act) -> None:
    act.found.self_report = act.said.text.strip()


def _opinion(act: _Act) -> None:
    """The survey of households: how many were asked, how many are satisfied; none asked takes a reason."""
    asked, satisfied = act.said.asked, act.said.satisfied
    if asked is None or asked < 0:
        raise ServiceError(_("请填写受访户数；没有测评的填0并说明原因。"), field="asked", code="required")
    if satisfied is None or satisfied < 0:
        raise ServiceError(_("请填写满意户数。"), field="satisfied", code="required")
    if satisfied > asked:
        raise ServiceError(_("满意户数不能多于受访户数。"), field="satisfied", code="too_many")
    if not asked and not act.said.note.strip():
        raise ServiceError(_("没有测评的，请说明原因。"), field="note", code="required")
    value = (Decimal(100 * satisfied) / asked).quantize(scoring.CENT) if asked else None
    for score in act.scores:
        if score.source == Source.OPINION:
            score.numerator, score.denominator = satisfied, asked
            act.settle(score, value, act.said.note.strip())


def _score(act: _Act) -> None:
    """The values that the township enters: for each of its indicators one, or that there are no data."""
    wanted = {score.code: score for score in act.scores if score.source == Source.TOWNSHIP}
    if unknown := set(act.said.scores) - set(wanted):
        raise ServiceError(
            _("这项指标不由人工填报：%(name)s。") % {"name": min(unknown)}, field="scores", code="unknown"
        )
    for code, score in wanted.items():
        entered = act.said.scores.get(code)
        if entered is None or not entered.note.strip():
            message = _("请填写“%(name)s”的依据；没有数据的，说明原因。") % {"name": score.get_code_display()}
            raise ServiceError(message, field=f"note_{code}", code="required")
        if len(entered.note) > LONGEST_NOTE:
            message = _("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}
            raise ServiceError(message, field=f"note_{code}")
        if entered.value is not None and not 0 <= entered.value <= 100:
            raise ServiceError(_("得分率应为 0 至 100。"), field=f"value_{code}")
        value = None if entered.value is None else entered.value.quantize(scoring.CENT)
        act.settle(score, value, entered.note.strip())
    act.found.scored_by = act.by


def _grade(act: _Act) -> None:
    """Total and grade. A grade other than the computed one takes a reason, and is never better than the cap."""
    result = scoring.result_of(act.found, act.scores, act.rules)
    if result.grade is None:
        raise ServiceError(_("没有任何指标有数据，不能评定。"), code="no_data")
    wanted = _wanted(act.said.grade) or result.grade
    if wanted != result.grade and not act.said.note.strip():
        raise ServiceError(_("等次与计算结果不同的，请说明理由。"), field="note", code="required")
    if result.capped and wanted != Grade.POOR:
        raise ServiceError(_("有月份零签到的，等次只能是“较差”。"), field="grade", code="capped")
    act.found.total, act.found.weight_counted = result.total, result.weight
    act.found.grade, act.found.grade_reason = wanted, act.said.note.strip()
    act.found.graded_by = act.by
    act.found.appeal_until = today() + datetime.timedelta(days=act.rules.appeal_days)


def _appeal(act: _Act) -> None:
    act.found.appeal_text = act.said.text.strip()


def _decide(act: _Act) -> None:
    """The appeal's outcome: the grade as it was, or another one; it may lift the cap, with the reason that it takes."""
    act.found.first_grade = act.found.grade
    act.found.grade = _wanted(act.said.grade) or Grade(act.found.grade)
    act.found.grade_reason = act.said.note.strip()


def _wanted(written: str) -> Grade | None:
    if written and written not in Grade.values:
        raise ServiceError(_("没有这个等次。"), field="grade", code="invalid_choice")
    return Grade(written) if written else None


ACTS: dict[str, Callable[[_Act], None]] = {
    "report": _report,
    "report_for": _nothing,
    "opinion": _opinion,
    "score": _score,
    "return": _nothing,
    "grade": _grade,
    "accept": _nothing,
    "appeal": _appeal,
    "finish": _nothing,
    "decide": _decide,
}
