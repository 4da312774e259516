"""Contradicting projects on purpose, before they are written: exactly one rule of the night run speaks of each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.records import Truth
from apps.divisions import codes
from apps.funds.choices import ProjectState
from apps.funds.models import Project

WHY = {
    "FP-08": "绩效目标为空",
    "FP-09": "由盟市或苏木乡镇审批",
    "FP-10": "建设内容含有负面清单的词，没有核对说明",
    "FP-13": "过了计划开工或完工日期",
    "FP-17": "京蒙协作项目缺当月月报",
    "FP-18": "完工项目没有义务监督员签字",
}
EACH = 2
FORBIDDEN = ("，并建文化墙一处", "，配套景观亮化")
WAITING = (ProjectState.APPROVED, ProjectState.NOTICED_BEFORE)


@dataclass
class Spoilt:
    """What was planted: the answers, whose last report is missing, and whose reports nobody signed. Projects that are
    not stored yet are known by identity."""

    truths: list[Truth] = field(default_factory=list)
    taken: list[Project] = field(default_factory=list)
    silent: list[Project] = field(default_factory=list)
    unsigned: list[Project] = field(default_factory=list)


def truth(rule: str, kind: str, place: int, why: str, household: str | None = None) -> Truth:
    """One answer about money or a project, which are known by where they lie."""
    return Truth(rule, kind, household, None, codes.text(place), why)


def spoil(projects: Sequence[Project]) -> Spoilt:
    """Spoil some of this year's projects, as far as there are fitting ones."""
    spoilt = Spoilt()
    for rule, fits, act in PLANTS:
        found = [one for one in projects if fits(one) and not any(one is other for other in spoilt.taken)]
        for turn, project in enumerate(found[:EACH]):
            act(project, turn, spoilt)
            spoilt.taken.append(project)
            spoilt.truths.append(truth(rule, "project", project.division_id, WHY[rule]))
    return spoilt


def _without_target(project: Project, turn: int, spoilt: Spoilt) -> None:
    project.target = ""


def _approved_elsewhere(project: Project, turn: int, spoilt: Spoilt) -> None:
    project.approved_level = (codes.LEAGUE, codes.TOWNSHIP)[turn]
    project.approved_by_name = ("盟市扶贫开发领导小组", "苏木乡镇人民政府")[turn]


def _forbidden(project: Project, turn: int, spoilt: Spoilt) -> None:
    project.scale += FORBIDDEN[turn]


def _late(project: Project, turn: int, spoilt: Spoilt) -> None:
    """The first one should have begun long ago, the other one should be finished."""
    if project.state in WAITING:
        project.plan_start = figures.REFERENCE - datetime.timedelta(days=46)
    else:
        project.plan_end = figures.REFERENCE - datetime.timedelta(days=15)


def _unreported(project: Project, turn: int, spoilt: Spoilt) -> None:
    spoilt.silent.append(project)


def _unsigned(project: Project, turn: int, spoilt: Spoilt) -> None:
    spoilt.unsigned.append(project)


def _in(*states: str, beijing: bool = False) -> Callable[[Project], bool]:
    return lambda one: one.state in states and (one.kind == "beijing") == beijing and one.kind != "dwelling"


PLANTS: tuple[tuple[str, Callable[[Project], bool], Callable[[Project, int, Spoilt], None]], ...] = (
    ("FP-17", _in(ProjectState.STARTED, *WAITING, beijing=True), _unreported),
    ("FP-18", _in(ProjectState.FINISHED), _unsigned),
    ("FP-13", _in(ProjectState.NOTICED_BEFORE, ProjectState.STARTED), _late),
    ("FP-08", _in(ProjectState.ACCEPTED), _without_target),
    ("FP-09", _in(ProjectState.ACCEPTED), _approved_elsewhere),
    ("FP-10", _in(ProjectState.NOTICED_AFTER), _forbidden),
)
