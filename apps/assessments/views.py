"""Pages of assessment beyond the generic ones: an assessment with its steps, the rows of a value, the sheet for A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.accounts.sessions import requester
from apps.assessments import catalogue
from apps.assessments.catalogue import DAYS, HELPERS, PROBLEMS, QUALITY, TEAMS, VISITS, Entry
from apps.assessments.choices import EFFECTS, RESULT_KNOWN, Grade, Kind, Source
from apps.assessments.counted_pages import Opened, RowsPage
from apps.assessments.effect_tables import EffectResource
from apps.assessments.forms import StepForm
from apps.assessments.kinds import GRADE, STATE
from apps.assessments.models import AssessmentRound, CadreAssessment, IndicatorSet, Score
from apps.assessments.services import reading, scoring, sets, steps
from apps.assessments.tables import AssessmentResource
from apps.cadres.tables import AttendanceResource
from apps.crosschecks.tables import FindingResource
from apps.history.services import log_access
from apps.households.tables import HouseholdResource
from apps.pages.places import Places
from apps.pages.print_views import watermark
from apps.pages.step_pages import StepPage
from apps.pages.views import DetailPage
from apps.villages.tables import VillageResource
from apps.visits.tables import VisitResource

_FINDINGS: Opened = (FindingResource, ("text", "division", "severity", "state", "due_on"))
_VISITS: Opened = (VisitResource, ("visited_at", "head", "division", "author_name", "problem", "problem_solved"))
_HOUSEHOLDS: Opened = (HouseholdResource, ("head", "code", "division", "status"))
_SHEETS: Opened = (AttendanceResource, ("name", "month", "division", "days_present", "leave_days"))
COUNTED: dict[str, Opened] = {VISITS: _VISITS, PROBLEMS: _VISITS, DAYS: _SHEETS, QUALITY: _FINDINGS}
"""What the rows of a computed value are, and what of them is shown."""
COUNTED_OF_CORPS: dict[str, Opened] = {
    **COUNTED,
    VISITS: _HOUSEHOLDS,
    HELPERS: _HOUSEHOLDS,
    TEAMS: (VillageResource, ("name", "township", "village_status")),
}


@dataclass(frozen=True)
class Line:
    """One indicator of an assessment as it is shown. `kept`: not for this reader before the grade is known."""

    score: Score
    entry: Entry
    kept: bool = False

    @property
    def opens(self) -> bool:
        return self.score.source == Source.COMPUTED and bool(self.score.counted)

    @property
    def has_fraction(self) -> bool:
        return self.score.denominator is not None


def lines_of(user: Any, found: CadreAssessment) -> list[Line]:
    """The indicators of an assessment that the user sees. One query."""
    hidden, known = reading.hides_entries(user, found), catalogue.of(found.kind)
    return [
        Line(score, known[score.code], hidden and score.source != Source.COMPUTED)
        for score in reading.scores_of(user, found)
    ]


def indicators_of(kind: str, weights: Mapping[str, int]) -> list[tuple[Entry, int]]:
    """The indicators of a set in the words of whom it is for, with their weights."""
    return [(catalogue.of(kind)[code], weight) for code, weight in weights.items()]


def sums_of(lines: Sequence[Line]) -> dict[str, Any]:
    """The weight that has a value, the weight that is left out, and the points."""
    valued = [line.score for line in lines if line.score.points is not None]
    return {
        "weight": sum(line.score.weight for line in lines),
        "weight_counted": sum(score.weight for score in valued),
        "points": sum((score.points for score in valued if score.points is not None), Decimal(0)),
        "left_out": [line for line in lines if line.score.missing],
    }


class AssessmentPage(StepPage):
    """One assessment: the indicators with their formulas, the steps one may take, and what was done so far."""

    def title(self, found: CadreAssessment) -> str:
        return _("%(name)s %(year)d年度考核") % {"name": found.name, "year": found.year}

    def sections(self, found: CadreAssessment) -> list[dict[str, Any]]:
        """The result once it is known, the self-report once it is there."""
        who, progress, result, report = super().sections(found)
        return [
            who,
            progress,
            *([result] if found.state in RESULT_KNOWN else []),
            *([report] if found.self_report else []),
        ]

    def more(self, found: CadreAssessment, form: StepForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        lines = lines_of(user, found)
        hidden = reading.hides_entries(user, found)
        form = form or StepForm(assessment=found, user=user)
        return {
            "lines": lines,
            "sums": sums_of(lines),
            "expected": self._expected(found, lines, form),
            "form": form,
            "log": [
                (line, STATE.html(line.to_state), steps.STEPS.get(line.step)) for line in reading.log_of(user, found)
            ],
            "hides_notes": hidden,
            "hides_results": hidden,
            "sheet_url": reverse("assessment-sheet", args=[found.pk]),
        }

    def _expected(self, found: CadreAssessment, lines: Sequence[Line], form: StepForm) -> dict[str, Any] | None:
        """For whoever grades: what the scores come to by total, thresholds and cap."""
        if not any(step.name == "grade" for step in form.steps):
            return None
        result = scoring.result_of(found, [line.score for line in lines], sets.of_assessment(found.set_id))
        grade = GRADE.html(result.grade) if result.grade else ""
        return {"total": result.total, "weight": result.weight, "grade": grade, "capped": result.capped}

    def step_form(self, found: CadreAssessment, data: Any = None, files: Any = None) -> StepForm:
        return StepForm(data, assessment=found, user=requester(self.request))


class CountedPage(RowsPage):
    """The rows that a computed value of a cadre's year was counted from."""

    def score(self, user: Any, key: int) -> Score | None:
        found = reading.score_of(user, key)
        return found if found is not None and found.source == Source.COMPUTED else None

    def opened(self, score: Score) -> Opened:
        return (COUNTED_OF_CORPS if score.assessment.kind == Kind.CORPS else COUNTED)[score.code]

    def entry(self, score: Score) -> Entry:
        return catalogue.of(score.assessment.kind)[score.code]

    def back_url(self, score: Score) -> str:
        return AssessmentResource.url("detail", score.assessment_id)


class SheetPage(View):
    """考核表: an assessment on one sheet of A4, with lines to sign on."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        user = requester(request)
        found = AssessmentResource.rows(user).filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_access(user, "print", division=found.division_id, obj=found, fields=["sheet"])
        lines = lines_of(user, found)
        context = {
            "object": found,
            "title": _("%(year)d年度%(kind)s考核表") % {"year": found.year, "kind": Kind(found.kind).label},
            "place": Places.of([found.division_id]).full(found.division_id),
            "lines": lines,
            "sums": sums_of(lines),
            "grade": Grade(found.grade).label if found.grade else "",
            "first_grade": Grade(found.first_grade).label if found.first_grade else "",
            "back_url": AssessmentResource.url("detail", found.pk),
            "watermark": watermark(user),
        }
        return render(request, "assessments/sheet.html", context)


class IndicatorSetPage(DetailPage):
    """A set with its indicators and weights; once a year was opened by it, it stays as it is."""

    def title(self, found: IndicatorSet) -> str:
        return _("%(year)d年度%(kind)s考核方案") % {"year": found.year, "kind": found.get_kind_display()}

    def sections(self, found: IndicatorSet) -> list[dict[str, Any]]:
        """Without what leagues and counties alone have, where it is not for them."""
        sections = super().sections(found)
        return sections if found.kind in EFFECTS else [sections[0], sections[1], sections[3]]

    def more(self, found: IndicatorSet) -> dict[str, Any]:
        weights = sets.weights_of(found)
        return {
            "indicators": indicators_of(found.kind, weights),
            "used": sets.is_used(found),
        }


class RoundPage(DetailPage):
    """The opening of a year: how far it is, and the way to who is assessed."""

    def title(self, found: AssessmentRound) -> str:
        return _("%(year)d年度%(kind)s考核") % {"year": found.year, "kind": found.get_kind_display()}

    def more(self, found: AssessmentRound) -> dict[str, Any]:
        listed = EffectResource if found.kind in EFFECTS else AssessmentResource
        query = f"?division={found.division_id}&year={found.year}&kind={found.kind}"
        weights = sets.weights_of(sets.of_assessment(found.set_id))
        return {
            "list_of_assessed": f"{listed.list_url()}{query}",
            "indicators": indicators_of(found.kind, weights),
        }
