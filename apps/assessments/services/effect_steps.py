"""The way of a place's assessment: every step of workflows.md §14, with whose it is and what it writes.

A league is assessed by the region; a county by its league, and decided by the region. The assessed takes its own steps
and no other: who holds an office of the assessed place reviews nothing of it. Checking, summing up, deciding and
publishing are different people's, and the leading group decides, not those who work on it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.assessments.choices import Source
from apps.assessments.effect_catalogue import DEDUCTIONS, OF_EFFECTS
from apps.assessments.effect_choices import BEFORE_MERGE, EffectGrade, EffectMissing, EffectState
from apps.assessments.models import (
    EffectAssessment,
    EffectLog,
    EffectProblem,
    EffectScore,
    IndicatorSet,
    SiteResult,
)
from apps.assessments.models.assessment import LONGEST, LONGEST_NOTE
from apps.assessments.services import effect_ledger, effect_scoring, sets
from apps.assessments.services.effect_scoring import CENT
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.pages.ways import Step, Way, holds

if TYPE_CHECKING:
    from apps.accounts.models import User

ENTERS, REVIEWS = "change_register", "review_register"
OWN, ABOVE, REGION = "own", "above", "region"
MOST_PROBLEMS = 50
S = EffectState


@dataclass(frozen=True)
class EffectStep(Step):
    """A step of the assessed place's own office, of the office above it, or of the region's."""

    office: str = ABOVE

    def place(self, division: int) -> int:
        """The place whose office takes the step."""
        if self.office == OWN:
            return division
        return codes.WHOLE_REGION if self.office == REGION else codes.parent(division) or division


def _step(name: str, label: Any, before: Sequence[str], after: str, right: str, office: str, **more: Any) -> EffectStep:
    return EffectStep(name, label, tuple(before), after, right, office=office, **more)


def serves(user: Any, division: int) -> bool:
    """Whether somebody has a post at this very place. By his posts: the range of one lies within that of another one
    further up, and would not be seen any more."""
    return any(post.rpartition("@")[2] == str(division) for post in scopes.of(user).posts)


class EffectWay(Way):
    """The way of a place's assessment."""

    def concerned(self, row: Any, user: User) -> bool:
        return any(self._holds(step, row, user) for step in self.steps.values())

    def why_not(self, step: Step, row: Any, by: User, taken: set[int | None]) -> str:
        if not self._holds(step, row, by):
            return _("您没有办理这一步的权限。")
        if getattr(step, "office", OWN) != OWN and serves(by, row.division_id):
            return _("不能办理对本地的考核。")
        if step.apart and by.pk in self._others(step, row):
            return _("同一事项的各步须由不同的人办理，您已经办理过其中一步。")
        if step.name == "decide" and holds(by, ENTERS, codes.WHOLE_REGION):
            return _("结果由领导小组审定，经办人员不参与审定。")
        if step.name == "report_for" and row.due_on is not None and today() <= row.due_on:
            return _("自评截止日前，由被考核地区提交自评报告。")
        return ""

    @staticmethod
    def _holds(step: Step, row: Any, by: User) -> bool:
        return isinstance(step, EffectStep) and holds(by, step.capability, step.place(row.division_id))

    def _others(self, step: Step, row: Any) -> set[int | None]:
        """Who took the other steps that must be different people's, the last time they were taken."""
        lines = self.log._default_manager.filter(**{self.key: row.pk}, apart=True).exclude(step=step.name)
        return set(lines.order_by("step", "-pk").distinct("step").values_list("by_id", flat=True))


WAY = EffectWay.of(
    EffectLog,
    "assessment",
    _step("report", gettext_lazy("提交自评报告"), [S.COMPUTED], S.SELF_REPORT, ENTERS, OWN),
    _step(
        "report_for", gettext_lazy("无自评，转实地考核"), [S.COMPUTED], S.SELF_REPORT, REVIEWS, ABOVE, needs_note=True
    ),
    _step("deduct", gettext_lazy("登记扣分事项"), BEFORE_MERGE, "", ENTERS, ABOVE, needs_note=True),
    _step("check", gettext_lazy("汇入实地考核结果"), [S.SELF_REPORT], S.SITE_CHECK, ENTERS, ABOVE, apart=True),
    _step("merge", gettext_lazy("汇总得分"), [S.SITE_CHECK], S.MERGED, REVIEWS, ABOVE, apart=True),
    _step("return", gettext_lazy("退回重新汇总"), [S.MERGED], S.SITE_CHECK, REVIEWS, REGION, needs_note=True),
    _step("decide", gettext_lazy("领导小组审定等次"), [S.MERGED], S.DECISION, REVIEWS, REGION, apart=True),
    _step("publish", gettext_lazy("公布结果"), [S.DECISION], S.RESULT, REVIEWS, REGION, apart=True),
    _step("feed_back", gettext_lazy("反馈问题"), [S.RESULT], S.FED_BACK, ENTERS, ABOVE),
    _step("rectify", gettext_lazy("报告整改情况"), [S.FED_BACK], "", ENTERS, OWN),
    _step("confirm", gettext_lazy("确认整改完成"), [S.FED_BACK], S.RECTIFIED, REVIEWS, ABOVE),
    elsewhere=(
        _step("open", gettext_lazy("开展考核"), (), S.SCHEME, "", REGION),
        _step("freeze", gettext_lazy("冻结数据"), (), S.FROZEN, "", REGION),
        _step("compute", gettext_lazy("计算指标"), (), S.COMPUTED, "", REGION),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What is said with a step. `text`: the self-report. `code`, `cases`: what takes points off. `grade`: another one
    than the computed. `problems`: what is fed back, each with its day. `answers`: by the key of a problem."""

    note: str = ""
    text: str = ""
    code: str = ""
    cases: int | None = None
    grade: str = ""
    problems: Sequence[tuple[str, datetime.date]] = ()
    answers: Mapping[int, str] = field(default_factory=dict)


@transaction.atomic
def take(
    found: EffectAssessment, name: str, *, by: User, said: Said | None = None, expected_version: int | None = None
) -> EffectAssessment:
    """Take a step of an assessment that `by` may see. Raises what `Way.take` raises, and ServiceError for what is
    missing or wrong in what is said."""
    said = said or Said()

    def act(row: EffectAssessment, step: Step) -> str | None:
        rules = sets.of_assessment(row.set_id)
        after = ACTS[step.name](row, said, rules)
        row.due_on = _due(row, after or step.to_state or row.state, rules)
        return after

    locked: EffectAssessment = WAY.take(found, name, by=by, act=act, note=said.note, expected_version=expected_version)
    if name == "publish":
        effect_scoring.rank_group(locked)
        locked.refresh_from_db(fields=["rank"])
    if name == "feed_back":
        effect_ledger.take_up(locked, by)
    return locked


def _due(row: EffectAssessment, state: str, rules: IndicatorSet) -> datetime.date | None:
    """Until when the next step is to be taken."""
    if state == S.FED_BACK:
        last: datetime.date | None = row.problems.aggregate(last=Max("due_on"))["last"]
        return last
    return {
        S.COMPUTED: rules.report_until,
        S.SELF_REPORT: rules.opinion_until,
        S.SITE_CHECK: rules.score_until,
        S.MERGED: rules.grade_until,
        S.DECISION: rules.grade_until,
        S.RESULT: rules.grade_until,
    }.get(S(state))


# --- what each step writes --------------------------------------------------------------------------------------------


def _report(row: EffectAssessment, said: Said, _rules: IndicatorSet) -> None:
    text = said.text.strip()
    if not text:
        raise ServiceError(_("请填写自评报告。"), field="text", code="required")
    if len(text) > LONGEST:
        raise ServiceError(_("内容不能超过 %(most)d 字。") % {"most": LONGEST}, field="text")
    row.self_report = text


def _deduct(row: EffectAssessment, said: Said, _rules: IndicatorSet) -> None:
    """So many cases of what takes points off; the note is the evidence. Zero takes an entry back."""
    entry = DEDUCTIONS.get(said.code)
    if entry is None or not entry.entered:
        raise ServiceError(_("请选择由人工登记的扣分事项。"), field="code", code="invalid_choice")
    if said.cases is None or said.cases < 0:
        raise ServiceError(_("请填写起数；撤销登记的填0。"), field="cases", code="required")
    score = EffectScore.objects.get(assessment=row, code=said.code)
    score.numerator, score.points = Decimal(said.cases), min(entry.each * said.cases, Decimal(entry.most))
    score.note, score.settled_at = said.note.strip(), timezone.now()
    score.save()


def _check(row: EffectAssessment, said: Said, _rules: IndicatorSet) -> None:
    """Take in what was seen on the spot, whoever entered it: of each indicator all that was looked at together."""
    with scopes.activate(scopes.everywhere("view_register")), transaction.atomic():
        results = SiteResult.objects.filter(assessed_id=row.division_id, year=row.year).order_by("pk")
        keys: dict[str, list[int]] = {}
        for key, code in results.values_list("pk", "code"):
            keys.setdefault(code, []).append(key)
        sums = results.order_by().values("code").annotate(sampled=Sum("sampled"), wrong=Sum("wrong"))
        seen = {one["code"]: (one["wrong"], one["sampled"]) for one in sums}
    if not seen and not said.note.strip():
        raise ServiceError(_("没有实地考核结果的，请说明原因。"), field="note", code="required")
    changed = []
    for score in EffectScore.objects.filter(assessment=row, source=Source.SITE):
        if score.code in seen:
            wrong, sampled = seen[score.code]
            score.value, score.missing = site_value(score.code, wrong, sampled), ""
            score.numerator, score.denominator = Decimal(wrong), Decimal(sampled)
            score.counted = keys[score.code]
        else:
            score.missing = EffectMissing.NOT_CHECKED
        score.settled_at = timezone.now()
        changed.append(score)
    names = ["value", "missing", "numerator", "denominator", "counted", "settled_at"]
    EffectScore.objects.bulk_update(changed, names)


def site_value(code: str, wrong: int, sampled: int) -> Decimal:
    """The value of what was seen on the spot: 100 without any wrong, 0 at the limit of the indicator."""
    limit = OF_EFFECTS[code].limit or Decimal(1)
    share = max(1 - Decimal(wrong) / sampled / limit, Decimal(0))
    return (100 * share).quantize(CENT, ROUND_HALF_UP)


def _merge(row: EffectAssessment, _said: Said, rules: IndicatorSet) -> None:
    scores = list(EffectScore.objects.filter(assessment=row).order_by("position"))
    effect_scoring.give_points(scores, effect_scoring.bounds_of(row) if rules.relative else None)
    found = effect_scoring.sum_up(scores, rules)
    if found.total is None:
        raise ServiceError(_("没有任何指标有数据，不能汇总。"), code="no_data")
    EffectScore.objects.bulk_update(scores, ["points", "worst", "best"])
    row.total, row.weight_counted, row.deducted = found.total, found.weight, found.deducted


def _return(row: EffectAssessment, _said: Said, _rules: IndicatorSet) -> None:
    row.total, row.weight_counted, row.deducted = None, None, None
    EffectScore.objects.filter(assessment=row, deducts=False).update(points=None, worst=None, best=None)


def _decide(row: EffectAssessment, said: Said, rules: IndicatorSet) -> None:
    """The grade of the total, or another one with its reason."""
    if said.grade and said.grade not in EffectGrade.values:
        raise ServiceError(_("没有这个等次。"), field="grade", code="invalid_choice")
    computed = rules.effect_grade_of(row.total or Decimal(0))
    wanted = EffectGrade(said.grade) if said.grade else computed
    if wanted != computed and not said.note.strip():
        raise ServiceError(_("等次与计算结果不同的，请说明理由。"), field="note", code="required")
    row.grade, row.grade_reason = wanted, said.note.strip()


def _publish(row: EffectAssessment, _said: Said, _rules: IndicatorSet) -> None:
    row.published_on = today()


def _feed_back(row: EffectAssessment, said: Said, _rules: IndicatorSet) -> str | None:
    """What was found, each with the day by which it is to be put right; nothing at all takes a reason, and ends it."""
    if len(said.problems) > MOST_PROBLEMS:
        raise ServiceError(_("一次最多反馈 %(most)d 个问题。") % {"most": MOST_PROBLEMS}, field="problems")
    if not said.problems:
        if not said.note.strip():
            raise ServiceError(_("请填写反馈的问题；没有问题的，请在说明中写明。"), field="problems", code="required")
        return S.RECTIFIED
    for text, due_on in said.problems:
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise ServiceError(_("问题应为 1 至 %(most)d 字。") % {"most": LONGEST_NOTE}, field="problems")
        if due_on < today():
            raise ServiceError(_("整改期限不能早于今天。"), field="problems", code="past")
        EffectProblem.objects.create(assessment=row, division_id=row.division_id, text=text.strip(), due_on=due_on)
    return None


def _rectify(row: EffectAssessment, said: Said, _rules: IndicatorSet) -> None:
    problems = {one.pk: one for one in row.problems.all()}
    answers = {key: text.strip() for key, text in said.answers.items() if text.strip()}
    if not answers or set(answers) - set(problems):
        raise ServiceError(_("请填写所反馈问题的整改情况。"), field="answers", code="required")
    for key, text in answers.items():
        if len(text) > LONGEST_NOTE:
            raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}, field="answers")
        problems[key].answer, problems[key].answered_on = text, today()
        problems[key].save()


def _confirm(row: EffectAssessment, _said: Said, _rules: IndicatorSet) -> None:
    problems = list(row.problems.all())
    unanswered = sum(not one.answer for one in problems)
    if unanswered:
        raise ServiceError(_("还有%(n)d个问题没有报告整改情况。") % {"n": unanswered}, code="unanswered", status=409)
    still_open = effect_ledger.open_of([one.problem for one in problems if one.problem is not None])
    if still_open:
        raise ServiceError(_("问题台账中还有%(n)d个问题没有销号。") % {"n": len(still_open)}, code="open", status=409)


def _nothing(_row: EffectAssessment, _said: Said, _rules: IndicatorSet) -> None:
    """The state alone changes."""


ACTS: dict[str, Callable[[EffectAssessment, Said, IndicatorSet], str | None]] = {
    "report": _report,
    "report_for": _nothing,
    "deduct": _deduct,
    "check": _check,
    "merge": _merge,
    "return": _return,
    "decide": _decide,
    "publish": _publish,
    "feed_back": _feed_back,
    "rectify": _rectify,
    "confirm": _confirm,
}
