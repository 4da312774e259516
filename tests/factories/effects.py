"""The year of leagues and counties, as offices open it and take its steps."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.assessments.models import (
    AssessmentRound,
    EffectAssessment,
    EffectScore,
    EffectTarget,
    IndicatorSet,
    SiteResult,
)
from apps.assessments.models.sets import usual_deadlines
from apps.assessments.services import effect_sites, effect_steps, rounds, sets
from apps.assessments.services.effect_steps import Said
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user
from tests.factories.divisions import VILLAGES, plant

REGION, LEAGUE, OTHER_LEAGUE = 150000000000, 150400000000, 150500000000
COUNTY, NEXT_COUNTY, FAR_COUNTY = 150422000000, 150423000000, 150522000000
REGIONAL_COUNTY, RICH_COUNTY = 150404000000, 150402000000
YEAR = 2018
DAY = datetime.date(2018, 12, 31)


@dataclass
class Offices:
    """Who takes part: two of the region's office and its head, two of a league, one of each other place."""

    region: User
    region_second: User
    head: User
    league: User
    league_second: User
    other_league: User
    county: User
    next_county: User
    far_county: User
    township: User

    @classmethod
    def made(cls) -> Offices:
        """In a tree of two leagues and five counties."""
        plant(*VILLAGES, REGIONAL_COUNTY, RICH_COUNTY)
        return cls(
            region=make_user("effect-region", "region_officer", REGION),
            region_second=make_user("effect-region-2", "region_officer", REGION),
            head=make_user("effect-head", "region_head", REGION),
            league=make_user("effect-league", "league_officer", LEAGUE),
            league_second=make_user("effect-league-2", "league_officer", LEAGUE),
            other_league=make_user("effect-other", "league_officer", OTHER_LEAGUE),
            county=make_user("effect-county", "county_officer", COUNTY),
            next_county=make_user("effect-next", "county_officer", NEXT_COUNTY),
            far_county=make_user("effect-far", "county_officer", FAR_COUNTY),
            township=make_user("effect-township", "township_officer", 150422100000),
        )

    def scheme(self, kind: str, **said: Any) -> IndicatorSet:
        """The region's scheme of the year, with the usual weights unless others are given."""
        weights = said.pop("weights", None) or sets.usual_weights(kind)
        found = IndicatorSet(division_id=REGION, year=YEAR, kind=kind, **{**usual_deadlines(YEAR), **said})
        with scopes.acting(self.region):
            return sets.save_set(found, weights, by=self.region)

    def open(self, kind: str) -> AssessmentRound:
        """The year opened and worked to its end."""
        with scopes.acting(self.region):
            found = rounds.open_round(REGION, kind, YEAR, by=self.region)
        assert rounds.work(found.pk, self.region)
        with scopes.acting(self.region):
            return AssessmentRound.objects.get(pk=found.pk)

    def plan(self, place: int, **planned: Any) -> None:
        """What a place is to reach, handed down by the region."""
        with scopes.acting(self.region):
            effect_sites.save_target(EffectTarget(division_id=place, year=YEAR, **planned), by=self.region)

    def saw(self, by: User, office: int, place: int, code: str, wrong: int, sampled: int, source: str) -> None:
        """A result from the spot."""
        with scopes.acting(by):
            one = SiteResult(
                division_id=office, assessed_id=place, year=YEAR, code=code, wrong=wrong, sampled=sampled, source=source
            )
            effect_sites.enter([one], by=by)

    def walk(self, place: int, *names: str, **said: Any) -> EffectAssessment:
        """Steps of a place, each by the one whose it is; `said` is said with the last one."""
        found = of(place)
        who = self.who(place)
        for name in names:
            found = take(found, name, who[name], **{**USUAL.get(name, {}), **(said if name == names[-1] else {})})
        return found

    def who(self, place: int) -> dict[str, User]:
        """By whom each step of a place is taken."""
        own = {LEAGUE: self.league, OTHER_LEAGUE: self.other_league, COUNTY: self.county,
               NEXT_COUNTY: self.next_county, FAR_COUNTY: self.far_county}.get(place, self.county)  # fmt: skip
        if place in (LEAGUE, OTHER_LEAGUE):
            first, second = self.region, self.region_second
        elif place == FAR_COUNTY:
            first, second = self.other_league, self.other_league
        else:
            first, second = self.league, self.league_second
        return {
            **dict.fromkeys(("report", "rectify"), own),
            **dict.fromkeys(("report_for", "check", "deduct", "feed_back"), first),
            **dict.fromkeys(("merge", "confirm"), second),
            "decide": self.head,
            "return": self.region,
            "publish": self.region,
        }


USUAL: dict[str, dict[str, Any]] = {
    "report": {"text": "全年减贫任务已完成。"},
    "check": {"note": "没有第三方结果"},
    "return": {"note": "请核对扣分"},
}


def of(place: int) -> EffectAssessment:
    """The assessment of a place, whoever may see it."""
    with scopes.activate(EVERYTHING):
        return EffectAssessment.objects.get(division_id=place)


def take(found: EffectAssessment, name: str, by: User, **said: Any) -> EffectAssessment:
    """A step in the scope of whoever takes it."""
    scopes.forget(by)
    with scopes.acting(by):
        return effect_steps.take(EffectAssessment.objects.get(pk=found.pk), name, by=by, said=Said(**said))


def scores(place: int) -> dict[str, EffectScore]:
    """The scores of a place by indicator."""
    with scopes.activate(EVERYTHING):
        return {one.code: one for one in EffectScore.objects.filter(assessment=of(place))}
