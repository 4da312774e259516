"""Offices that inspect, and inspections."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.inspections.models import FormTemplate, Inspection, Sample, SampledUnit
from apps.inspections.services import drawing, filling, steps, templates
from apps.inspections.services.drawing import Plan
from apps.inspections.services.filling import Draft
from apps.inspections.services.steps import Said
from apps.inspections.services.teams import Line
from tests.factories.accounts import make_user, planter

LEAGUE, COUNTY, NEXT_COUNTY, OTHER_LEAGUE = 150400000000, 150422000000, 150423000000, 150500000000
QUESTIONS = (
    {"text": "两不愁是否落实", "kind": "yes_no", "required": True},
    {"text": "家中几口人", "kind": "number"},
    {"text": "住房等级", "kind": "choice", "choices": "A；B；C；D"},
    {"text": "群众评价", "kind": "text"},
)


@dataclass
class Bureau:
    """Who inspects in a league: planner, a second officer, the head, and a member from another league."""

    division: int
    planner: User
    second: User
    head: User
    member: User

    @classmethod
    def at(cls, division: int = LEAGUE) -> Bureau:
        """The people of a league."""
        return cls(
            division,
            make_user(f"planner-{division}", "inspector", division),
            make_user(f"second-{division}", "league_officer", division),
            make_user(f"head-{division}", "league_head", division),
            make_user(f"member-{division}", "inspector", OTHER_LEAGUE),
        )

    def plan(self, kind: str = "special", places: tuple[int, ...] = (COUNTY,), **said: Any) -> Inspection:
        """A plan of this office."""
        usual: dict[str, Any] = {
            "title": "扶贫领域专项督查",
            "kind": kind,
            "from_on": today(),
            "until_on": today() + datetime.timedelta(days=5),
            "basis": "内扶组发〔2018〕7号",
        }
        with scopes.acting(self.planner):
            return steps.plan(Inspection(division_id=self.division, **{**usual, **said}), places, by=self.planner)

    def take(self, inspection: Inspection, *names: str, **said: Any) -> Inspection:
        """Steps, each by whose it is."""
        people = {"approve": self.head, "notify": self.head, "cancel": self.head, "report": self.second}
        told = {
            "set_team": Said(teams=[Line(1, "督查员", account=self.member.username, leader=True)]),
            "report": Said(text="督查报告"),
            "feed_back": Said(text="反馈意见"),
            "notify": Said(text="通报", notice_no="内扶办发〔2018〕9号"),
        }
        for name in names:
            by = people.get(name, self.planner)
            scopes.forget(by)
            with scopes.acting(by):
                found = Inspection.objects.get(pk=inspection.pk)
                usual = told.get(name, Said(note="说明"))
                inspection = steps.take(found, name, by=by, said=said.get("said") or usual)
        return inspection

    def running(self, **said: Any) -> Inspection:
        """An inspection on site."""
        return self.take(self.plan(**said), "approve", "set_team", "start")

    def template(self, unit: str = "household") -> FormTemplate:
        """A template of this office with one question of each kind."""
        with scopes.acting(self.planner):
            return templates.save(
                FormTemplate(division_id=self.division, title="入户核查表", unit=unit), QUESTIONS, by=self.planner
            )

    def draw(self, inspection: Inspection, template: FormTemplate | None = None, **said: Any) -> Sample:
        """A sample of an inspection: two villages unless told otherwise."""
        usual: dict[str, Any] = {"unit": "village", "method": "size", "size": 2, "seed": 7}
        with scopes.acting(self.planner):
            found = Inspection.objects.get(pk=inspection.pk)
            return drawing.draw(found, Plan(**{**usual, **said}), by=self.planner, template=template)

    def fill(self, draft: Draft, by: User | None = None) -> filling.Outcome:
        """Hand in a form, as the member unless told otherwise."""
        by = by or self.member
        with scopes.acting(by):
            return filling.submit(draft, by=by)


def units_of(sample: Sample) -> list[SampledUnit]:
    """The units of a sample in the order of the draw."""
    with scopes.acting(planter()):
        return list(SampledUnit.objects.filter(sample=sample).select_related("inspection").order_by("position"))


def draft_of(unit: SampledUnit, **said: Any) -> Draft:
    """What is written about a unit now."""
    usual: dict[str, Any] = {"client_id": uuid4(), "unit": unit.pk, "written_at": timezone.now(), "remark": "已入户"}
    return Draft(**{**usual, **said})
