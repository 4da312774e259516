"""Offices that watch over problems, and problems at every stage of their way."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.problems.models import Problem, ProblemPhoto
from apps.problems.services import steps
from apps.problems.services.raising import raise_problem
from apps.problems.services.steps import Measure, Said
from tests.factories.accounts import make_user, planter

REGION, LEAGUE, COUNTY, TOWNSHIP, VILLAGE = 150000000000, 150400000000, 150422000000, 150422100000, 150422100200
WAY_TO = ("list", "assign", "plan", "approve_plan", "submit", "verify", "close")
STATES = ("raised", "listed", "assigned", "planned", "in_progress", "submitted", "verified", "closed")


def in_days(number: int) -> datetime.date:
    """So many days from today."""
    return today() + datetime.timedelta(days=number)


@dataclass
class People:
    """Who deals with a problem of the county: who records it, the league's two reviewers, the county, the region."""

    inspector: User
    league: User
    second: User
    county: User
    region: User

    @classmethod
    def make(cls) -> People:
        """Accounts at region, league and county."""
        return cls(
            make_user("inspects", "inspector", LEAGUE),
            make_user("league", "league_officer", LEAGUE),
            make_user("league-2", "league_officer", LEAGUE),
            make_user("county", "county_officer", COUNTY),
            make_user("region", "region_officer", REGION),
        )

    def of(self, step: str) -> User:
        """Whose step it is."""
        return {
            **dict.fromkeys(("plan", "report", "submit"), self.county),
            "verify": self.second,
            "keep": self.region,
        }.get(step, self.league)

    def raised(self, division: int = COUNTY, **said: Any) -> Problem:
        """A problem that the inspector found."""
        words: dict[str, Any] = {
            "source": "inspection",
            "area": "dwelling",
            "object": "住房安全鉴定",
            "fact": "三户危房改造后未通过验收即销号。",
            **said,
        }
        with scopes.acting(self.inspector):
            return raise_problem(self.inspector, division=division, **words)

    def take(self, problem: Problem, *names: str, by: User | None = None, **said: Any) -> Problem:
        """Steps of a problem, each by the one whose it is and with what it asks for."""
        for name in names:
            who = by or self.of(name)
            with scopes.acting(who):
                problem = steps.take(Problem.objects.get(pk=problem.pk), name, by=who, said=words(name, **said))
        return problem

    def at(self, state: str, **said: Any) -> Problem:
        """A problem of the county that has come this far."""
        return self.take(self.raised(**said), *WAY_TO[: STATES.index(state)])


def words(step: str, **said: Any) -> Said:
    """What is said with a step, where the caller says nothing else."""
    usual: dict[str, dict[str, Any]] = {
        "list": {"kind": "at_once"},
        "assign": {"leader": "分管副旗长", "department": "住房和城乡建设局", "unit": COUNTY, "due_on": in_days(60)},
        "plan": {"measures": (Measure("重新鉴定并完成改造", in_days(30), "现场查看鉴定报告"),)},
        "return_plan": {"note": "措施不能检查"},
        "report": {"percent": 40, "text": "已完成一户"},
        "urge": {"note": "请抓紧整改", "due_on": in_days(20)},
        "interview": {"note": "约谈分管领导"},
        "criticise": {"note": "全盟通报"},
        "submit": {"result": "三户均已验收"},
        "verify": {"opinion": "属实"},
        "rework": {"note": "一户未达标，补课", "due_on": in_days(15)},
        "keep": {"note": "需建立长效机制"},
    }
    return Said(**{**usual.get(step, {}), **said})


def photo(problem: Problem, of: str = "site") -> ProblemPhoto:
    """A photo of this round; its files are names alone."""
    with scopes.acting(planter()):
        return ProblemPhoto.objects.create(
            problem=problem, division_id=problem.division_id, of=of, round=problem.round, at=timezone.now(),
            by_name="复核人", width=4, height=3, image="problems/a.jpg", thumbnail="problems/b.jpg",
        )  # fmt: skip
