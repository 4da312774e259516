"""Offices that propose, check and approve projects, and items of the library on their way."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.funds.models import LibraryItem, Project
from apps.funds.services import library, projects, publicity
from apps.funds.services.library import Selection
from apps.funds.services.negative import Answers
from apps.funds.services.projects import Acceptance, Evaluation, Report
from apps.notices.models import PublicNotice
from tests.access.world import EVERYTHING
from tests.factories.accounts import make_user, planter
from tests.factories.funds import COUNTY, TOWNSHIP, VILLAGE
from tests.factories.households import make_household
from tests.factories.notices import stand

ROLES = {
    "village": ("village_officer", VILLAGE),
    "township": ("township_officer", TOWNSHIP),
    "department": ("department_user", COUNTY),
    "second": ("department_user", COUNTY),
    "office": ("county_officer", COUNTY),
    "head": ("county_head", COUNTY),
    "finance": ("finance_user", COUNTY),
}
WHO = {
    "propose": "village",
    "check_township": "township",
    "check_department": "department",
    "approve": "head",
    "select": "head",
    "return_township": "township",
    "return_department": "department",
    "return_county": "head",
    "withdraw": "village",
    # projects
    "accept": "department",
    "reject": "department",
    "evaluate": "second",
    "settle": "finance",
    "change": "head",
    "stop": "head",
    "report": "village",
}
TO_LIBRARY = ("propose", "check_township", "check_department", "approve", "notice", "enter")


def selection(**said: Any) -> Selection:
    """What the county decides with a selection."""
    usual = {
        "approval_no": "敖扶批〔2018〕1号",
        "unit": "旗农牧业局",
        "person_in_charge": "包金山",
        "plan_start": today(),
        "plan_end": today() + datetime.timedelta(days=90),
    }
    return Selection(**{**usual, **said})


@dataclass
class Way:
    """Seven people of village, township and county, and what they do."""

    people: dict[str, User]

    @classmethod
    def make(cls) -> Way:
        """With accounts of their own."""
        return cls({name: make_user(f"way-{name}", role, place) for name, (role, place) in ROLES.items()})

    def item(self, *households: Any, division: int = VILLAGE, **fields: Any) -> LibraryItem:
        """A draft of the village with beneficiaries: a household made for it unless some are given."""
        helped = households or (make_household(division=VILLAGE),)
        usual: dict[str, Any] = {
            "name": "肉牛养殖",
            "kind": "industry",
            "year": today().year,
            "scale": "养殖肉牛100头",
            "amount": Decimal(500000),
            "need": "户均草场不足，靠养殖增收",
            "target": "带动贫困户30户，户均增收3000元",
            "mechanism": "按股分红",
            "met_on": today() - datetime.timedelta(days=30),
            "present": 45,
            "decision": "一致同意申报",
        }
        by = self.people["village"]
        with scopes.acting(by):
            item = LibraryItem(division_id=division, **{**usual, **fields})
            return library.save(item, [household.code for household in helped], by=by)

    def take(self, item: LibraryItem, *names: str, who: str = "", **said: Any) -> LibraryItem:
        """Steps of an item, each by the one whose it is (or `who`)."""
        for name in names:
            by = self.people[who or WHO.get(name, "office")]
            words = dict(said)
            if name == "notice":
                noticed(item)
            with scopes.acting(by):
                item = library.take(
                    LibraryItem.objects.visible_to(by).get(pk=item.pk), name, by=by, said=library.Said(**words)
                )
        return item

    def in_library(self, *households: Any, **fields: Any) -> LibraryItem:
        """An item that has gone the whole way."""
        return self.take(self.item(*households, **fields), *TO_LIBRARY)

    def project(self, *households: Any, **fields: Any) -> Project:
        """A project made from such an item, that the negative list has nothing against."""
        item = self.take(
            self.in_library(*households, **fields),
            "select",
            selection=selection(),
            answers=Answers({}, none_found=True),
        )
        with scopes.acting(planter()):
            return Project.objects.get(item=item)

    def go(self, project: Project, *names: str, who: str = "", **said: Any) -> Project:
        """Steps of a project, each by the one whose it is (or `who`)."""
        for name in names:
            by = self.people[who or WHO.get(name, "office")]
            if name in ("notice_before", "notice_after"):
                stand(publicity.subject_of(project), project.division_id)
            with scopes.acting(by):
                project = projects.take(
                    Project.objects.visible_to(by).get(pk=project.pk),
                    name,
                    by=by,
                    said=projects.Said(**{**USUAL.get(name, {}), **said}),
                )
        return project


USUAL: dict[str, dict[str, Any]] = {
    "accept": {"acceptance": Acceptance("王乡", "李局", "赵监督")},
    "evaluate": {"evaluation": Evaluation(Decimal("92.5"), "excellent", "目标全部完成")},
}


def noticed(item: LibraryItem, ago: int = publicity.NOTICE_DAYS + 1) -> None:
    """A notice of the village about an item, posted so many days ago, right after the county had approved it."""
    stand(publicity.subject_of(item), VILLAGE, ago=ago)
    with scopes.acting(planter()):
        since = timezone.now() - datetime.timedelta(days=ago)
        LibraryItem.objects.filter(pk=item.pk).update(state_since=since)


def aged(project: Project, **days: int) -> Project:
    """The same project with days of its way so many days ago, as if it had been longer on it; its notices likewise."""
    with scopes.acting(EVERYTHING):
        about = PublicNotice.objects.about(publicity.subject_of(project))
        for name, ago in days.items():
            if name.startswith("noticed_"):
                about.filter(posted_on=getattr(project, name)).delete()
                stand(publicity.subject_of(project), project.division_id, ago=ago)
    with scopes.acting(planter()):
        changed = {name: today() - datetime.timedelta(days=ago) for name, ago in days.items()}
        Project.objects.filter(pk=project.pk).update(**changed)
        return Project.objects.get(pk=project.pk)


def report(
    percent: int, spent: int | str = 0, month: datetime.date | None = None, supervisor: str = "赵监督"
) -> Report:
    """A monthly report."""
    return Report(month or today(), percent, Decimal(spent), supervisor)
