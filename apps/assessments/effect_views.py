"""Pages of 成效考核 beyond the generic ones: an assessment with its heads and steps, the rows of a value, the ranking,
the sheet for A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import View

from apps.accounts.sessions import requester
from apps.assessments import site_import, target_import
from apps.assessments.choices import EFFECTS, Kind, Source
from apps.assessments.counted_pages import Opened, RowsPage
from apps.assessments.effect_catalogue import (
    COUNTIES,
    CRITICAL,
    DEDUCTIONS,
    DOUBTS,
    OF_EFFECTS,
    OVERDUE,
    SATISFACTION,
    TEAMS,
    VILLAGES_LEFT,
    ZERO,
)
from apps.assessments.effect_choices import EffectGrade, Group, Head
from apps.assessments.effect_forms import EffectStepForm
from apps.assessments.effect_kinds import EFFECT_GRADE, EFFECT_STATE
from apps.assessments.effect_tables import EffectResource, SiteResultResource
from apps.assessments.models import EffectAssessment, EffectScore
from apps.assessments.services import effect_reading, sets
from apps.assessments.services.effect_steps import WAY
from apps.cadres.tables import CadreResource, HomeCheckResource
from apps.crosschecks.tables import FindingResource
from apps.funds.project_tables import ProjectResource
from apps.funds.tables import QuotaResource
from apps.history.services import log_access
from apps.households.tables import HouseholdResource
from apps.pages.divisions import DivisionResource
from apps.pages.imports.template import filled
from apps.pages.places import Places
from apps.pages.print_views import watermark
from apps.pages.way_forms import WayForm
from apps.pages.way_pages import WayPage
from apps.villages.tables import VillageResource

_FINDINGS: Opened = (FindingResource, ("text", "division", "severity", "state", "due_on"))
_HOUSEHOLDS: Opened = (HouseholdResource, ("head", "code", "division", "status"))
_VILLAGES: Opened = (VillageResource, ("name", "township", "village_status"))
_QUOTAS: Opened = (QuotaResource, ("document_no", "division", "year", "kind", "amount", "paid"))
_PROJECTS: Opened = (ProjectResource, ("name", "division", "kind", "year", "budget"))
_COUNTED: dict[str, Opened] = {
    VILLAGES_LEFT: _VILLAGES,
    TEAMS: _VILLAGES,
    COUNTIES: (DivisionResource, ("name", "code", "poverty_tier", "exit_year")),
    DOUBTS: _FINDINGS,
    CRITICAL: _FINDINGS,
    SATISFACTION: (HomeCheckResource, ("checked_on", "division", "satisfaction", "checker")),
    ZERO: (CadreResource, ("name", "unit", "division")),
    **dict.fromkeys(("spend", "retained", "idle", "carry"), _QUOTAS),
    **dict.fromkeys(("noticed", "library", "registered"), _PROJECTS),
}
"""What the rows of a value are; households where nothing else is said."""


@dataclass(frozen=True)
class Line:
    """One indicator or deduction as it is shown. `kept`: not for this reader before the result is published."""

    score: EffectScore
    entry: Any
    kept: bool = False

    @property
    def opens(self) -> bool:
        return bool(self.score.counted) and self.score.code != OVERDUE

    @property
    def opens_words(self) -> Any:
        return self.entry.opens or (_("实地考核结果") if self.score.source == Source.SITE else "")


@dataclass(frozen=True)
class Part:
    """A head with its lines, the weight that has a value, and the points of it."""

    head: Head
    lines: Sequence[Line]

    @property
    def weight(self) -> int:
        return sum(line.score.weight for line in self.lines)

    @property
    def counted(self) -> int:
        return sum(line.score.weight for line in self.lines if line.score.value is not None)

    @property
    def points(self) -> Decimal | None:
        known = [line.score.points for line in self.lines if line.score.points is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def share(self) -> Decimal | None:
        """Of the weight that has a value, what was reached, in per cent: by points, or values before those."""
        if not self.counted:
            return None
        found = self.points
        if found is None or self.head == Head.DEDUCTION:
            values = [line.score.as_points for line in self.lines if line.score.as_points is not None]
            found = sum(values, Decimal(0))
        return (100 * found / self.counted).quantize(Decimal("0.1"))


def parts_of(user: Any, found: EffectAssessment) -> list[Part]:
    """The heads of an assessment with what the reader may know of each indicator. One query."""
    found_known = effect_reading.sight_of(user, found).found
    by_head: dict[Head, list[Line]] = {head: [] for head in Head}
    for score in effect_reading.scores_of(user, found):
        entry: Any = DEDUCTIONS[score.code] if score.deducts else OF_EFFECTS[score.code]
        by_head[Head.DEDUCTION if score.deducts else entry.head].append(
            Line(score, entry, kept=not found_known and score.source != Source.COMPUTED)
        )
    return [Part(head, lines) for head, lines in by_head.items() if lines]


FROZEN = (
    ("households", lambda: _("在册户")),
    ("persons", lambda: _("在册人口")),
    ("poor_households", lambda: _("贫困户")),
    ("poor_persons", lambda: _("贫困人口")),
    ("villages", lambda: _("贫困村（含已退出）")),
    ("counties", lambda: _("贫困旗县（含已摘帽）")),
)
"""The figures of the day, with their names."""


def frozen_of(found: EffectAssessment) -> list[tuple[str, int]]:
    """The figures that were kept of the day of the data."""
    return [(label(), found.frozen[name]) for name, label in FROZEN if name in found.frozen]


class EffectPage(WayPage):
    """One assessment: the heads with their indicators, the steps one may take, and what was done so far."""

    form_class = EffectStepForm
    states = EFFECT_STATE

    def title(self, found: EffectAssessment) -> str:
        return _("%(name)s %(year)d年度扶贫成效考核") % {"name": found.name, "year": found.year}

    def sections(self, found: EffectAssessment) -> list[dict[str, Any]]:
        """The result for whom it is, the self-report once it is there."""
        who, progress, result, report = super().sections(found)
        shown = effect_reading.sight_of(requester(self.request), found).result and found.total is not None
        return [who, progress, *([result] if shown else []), *([report] if found.self_report else [])]

    def more(self, found: EffectAssessment, form: WayForm | None = None) -> dict[str, Any]:
        user = requester(self.request)
        lines = effect_reading.log_of(user, found)
        form = form or self.step_form(found)
        return {
            "form": form,
            "log": [(line, self.states.html(line.to_state), WAY.named(line.step)) for line in lines],
            "parts": parts_of(user, found),
            "sight": effect_reading.sight_of(user, found),
            "frozen": frozen_of(found),
            "problems": effect_reading.problems_of(user, found),
            "expected": self._expected(found, form),
            "sheet_url": reverse("effect-assessment-sheet", args=[found.pk]),
            "ranking_url": f"{reverse('effect-ranking')}?kind={found.kind}&year={found.year}",
        }

    def _expected(self, found: EffectAssessment, form: WayForm) -> str:
        """For the leading group: the grade that the total comes to."""
        if found.total is None or not any(step.name == "decide" for step in form.steps):
            return ""
        return EFFECT_GRADE.html(sets.of_assessment(found.set_id).effect_grade_of(found.total))


class EffectCountedPage(RowsPage):
    """The rows that a value of a place's year was counted from."""

    def score(self, user: Any, key: int) -> EffectScore | None:
        found = effect_reading.score_of(user, key)
        return None if found is None or found.code == OVERDUE else found

    def opened(self, score: EffectScore) -> Opened:
        if score.source == Source.SITE:
            return (SiteResultResource, ("code", "assessed", "source", "sampled", "wrong", "entered_on"))
        return _COUNTED.get(score.code, _HOUSEHOLDS)

    def entry(self, score: EffectScore) -> Any:
        return DEDUCTIONS[score.code] if score.deducts else OF_EFFECTS[score.code]

    def back_url(self, score: EffectScore) -> str:
        return EffectResource.url("detail", score.assessment_id)


class EffectSheetPage(View):
    """成效考核表: an assessment on A4, with lines to sign on."""

    def get(self, request: HttpRequest, key: int) -> HttpResponse:
        user = requester(request)
        found = EffectResource.rows(user).filter(pk=key).first()
        if found is None:
            raise Http404(_("没有这条记录，或者它不在您的范围内。"))
        log_access(user, "print", division=found.division_id, obj=found, fields=["sheet"])
        context = {
            "object": found,
            "title": _("%(name)s%(year)d年度扶贫成效考核表") % {"name": found.name, "year": found.year},
            "place": Places.of([found.division_id]).full(found.division_id),
            "parts": parts_of(user, found),
            "frozen": frozen_of(found),
            "problems": effect_reading.problems_of(user, found),
            "grade": EffectGrade(found.shown_grade).label if found.shown_grade else "",
            "back_url": EffectResource.url("detail", found.pk),
            "watermark": watermark(user),
        }
        return render(request, "assessments/effect_sheet.html", context)


class RankingPage(View):
    """成效考核排名: what the scheme of the year publishes to this reader, group by group."""

    template: ClassVar[str] = "assessments/ranking.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user = requester(request)
        EffectResource.require_open(user)
        years = effect_reading.years(user)
        kind, year = asked(request.GET, years)
        rows = effect_reading.ranking(user, kind, year) if year else []
        groups = [
            (group.label, [{**row, "grade": EFFECT_GRADE.html(row["grade"])} for row in rows if row["group"] == group])
            for group in Group
            if any(row["group"] == group for row in rows)
        ]
        context = {
            "title": _("成效考核排名"),
            "groups": groups,
            "kind": kind,
            "year": year,
            "years": years,
            "kinds": [(one.value, one.label) for one in EFFECTS],
            "back_url": EffectResource.list_url(),
        }
        return render(request, self.template, context)


def asked(given: Any, years: Sequence[int]) -> tuple[str, int | None]:
    """Which ranking was asked for: leagues' and the latest year unless something else is known and said."""
    kind = given.get("kind") if given.get("kind") in {str(one) for one in EFFECTS} else str(Kind.LEAGUE)
    year = str(given.get("year") or "")
    wanted = int(year) if year.isdigit() and len(year) == len("2018") else None
    return cast("str", kind), wanted if wanted in years else next(iter(years), None)


@require_safe
def site_template(request: HttpRequest) -> FileResponse:
    """`GET /site-results/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "实地考核结果", site_import.SHEET, site_import.EXPLAINED, _("实地考核结果导入模板"))


@require_safe
def target_template(request: HttpRequest) -> FileResponse:
    """`GET /effect-targets/import/template.xlsx`, for those who may import somewhere."""
    return filled(request, "减贫计划", target_import.SHEET, target_import.EXPLAINED, _("减贫计划导入模板"))
