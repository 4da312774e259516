"""入户核查导入: a workbook says what was heard at which households; checks that are there already are never changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access.scope import Scope
from apps.cadres import services
from apps.cadres.choices import Satisfaction
from apps.cadres.imports import finding
from apps.cadres.imports.families import Family, FamilyStage, grouped
from apps.cadres.imports.sheets import HouseholdLine, HouseholdSheet
from apps.cadres.models import HomeCheck
from apps.common.errors import ServiceError
from apps.households.models import Household
from apps.pages.imports import cells
from apps.pages.imports.importer import Difference, Outcome, Progress
from apps.pages.imports.sheets import Column, SheetImporter, chunks
from apps.pages.imports.workbook import Table

LABELS = {"满意": Satisfaction.SATISFIED, "基本满意": Satisfaction.FAIRLY, "不满意": Satisfaction.DISSATISFIED}
SHEET = HouseholdSheet(
    Column("on", "核查日期", cells.date, "如2018-12-01，不晚于今天。", ("入户日期", "日期"), required=True),
    Column(
        "knows",
        "知道帮扶责任人",
        cells.flag,
        "填是或否：户能否说出帮扶责任人。",
        ("是否知道帮扶责任人",),
        required=True,
    ),
    Column(
        "satisfaction",
        "对帮扶是否满意",
        cells.choice({label: value.value for label, value in LABELS.items()}),
        "满意、基本满意或不满意，可不填。",
        ("满意度", "是否满意"),
    ),
    Column("checker", "核查人", cells.text(60), "不填即为导入人。", ("入户人",)),
    Column("note", "说明", cells.text(200), "可不填。", ("备注",), 30),
)


@dataclass
class Heard(Family):
    """One household of the file, and the checks of it that are new."""

    new: list[HomeCheck] = field(default_factory=list)


class HomeCheckStage(FamilyStage[Heard]):
    """One file, its rows grouped by household and compared with the checks that are there."""

    sheet = SHEET

    def __init__(self, table: Table, scope: Scope, progress: Progress) -> None:
        super().__init__(table, scope, progress)
        self.families = grouped(self.lines, finding.households(self.lines, scope), Heard)
        self.settle()

    def settle(self) -> None:
        keys = [family.household.pk for family in self.families if family.household]
        known: dict[int, dict[date, HomeCheck]] = defaultdict(dict)
        for some in chunks(keys):
            for check in HomeCheck.objects.filter(household__in=some):
                known[check.household_id][check.checked_on] = check
        own = services.helped_by(keys, self.scope.user_id)
        for family in self.families:
            self.begin(family)
            family.new = []
            if family.household is not None:
                if family.household.pk in own:
                    family.refuse(family.lines[0], "national_no", services.not_ones_own())
                self._compare(family, family.household, known[family.household.pk])
            if not family.faults:
                family.outcome = Outcome.ADDED if family.new else Outcome.UNCHANGED

    def apply(self, *, by: Any) -> None:
        services.enter_home_checks([check for family in self.accepted for check in family.new], by=by)

    def _compare(self, family: Heard, household: Household, known: dict[date, HomeCheck]) -> None:
        """Each row against the check of its day, in the register or further up in the file."""
        seen: dict[date, int] = {}
        for line in family.lines:
            if line.faults:
                continue
            try:
                services.require_come(line.on)
                if line.on in seen:
                    raise ServiceError(_("与第%(row)s行是同一天。") % {"row": seen[line.on]}, code="twice")
                seen[line.on] = line.row
                self._take(family, household, line, known.get(line.on))
            except ServiceError as error:
                family.refuse(line, "on", error)

    @staticmethod
    def _take(family: Heard, household: Household, line: HouseholdLine, there: HomeCheck | None) -> None:
        knows, satisfaction = line.values["knows"] == "t", line.values.get("satisfaction", "")
        if there is not None:
            if (there.knows_helper, there.satisfaction) != (knows, satisfaction):
                raise ServiceError(_("该户当天的核查已经登记，结果与文件不同，请在页面上更正。"), code="differs")
            return
        family.new.append(
            HomeCheck(
                household=household,
                division_id=household.division_id,
                checked_on=line.on,
                checker=line.values.get("checker", ""),
                knows_helper=knows,
                satisfaction=satisfaction,
                note=line.values.get("note", ""),
            )
        )
        answer = str(_("知道") if knows else _("不知道"))
        family.differences.append(Difference("", f"{SHEET.headers['knows']} {line.on.isoformat()}", "—", answer))


class HomeCheckImporter(SheetImporter):
    """入户核查: what households said of their helpers."""

    kind = "home-checks"
    title = gettext_lazy("入户核查")
    stages = HomeCheckStage
    template_url = "home-check-import-template"
