"""Projects: from approval to the archive, changes and stops, monthly reports, what is late."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.access import scope as scopes
from apps.common.days import today
from apps.common.errors import Refused, ServiceError
from apps.funds.models import Beneficiary, NegativeCheck, Project, ProjectLog, ProjectProgress
from apps.funds.project_querysets import report_month
from apps.funds.services.lines import Line
from apps.funds.services.negative import Answers
from apps.funds.services.projects import Acceptance, Evaluation
from tests.factories.accounts import planter
from tests.factories.divisions import VILLAGES, plant
from tests.factories.funds import COUNTY, Office
from tests.factories.projects import Way, aged, report

pytestmark = pytest.mark.django_db
CLEAN = Answers({}, none_found=True)


@pytest.fixture
def way() -> Way:
    plant(*VILLAGES)
    return Way.make()


def started(way: Way, **fields: object) -> Project:
    """A project that was noticed and began."""
    project = way.go(way.project(**fields), "notice_before")
    return way.go(aged(project, noticed_before_on=11, approved_on=20), "start")


def accepted(way: Way) -> Project:
    """A project that three people signed for."""
    project = started(way)
    return way.go(way.go(project, "report", report=report(100)), "finish", "accept")


def test_a_project_goes_to_the_archive(way: Way) -> None:
    county = Office.at(COUNTY)
    project = accepted(way)
    allocation = county.allocate(county.budget(500000), project, 500000)
    county.pay(allocation, 400000)
    project = aged(way.go(project, "notice_after"), noticed_after_on=11)
    with pytest.raises(ServiceError, match="未结算"):
        way.go(project, "settle")
    for act, amount in (("claim", 400000), ("settle", 400000), ("return", 100000)):
        county.carry_out(act, Line(Decimal(amount), allocation=allocation.pk))
    project = way.go(project, "settle", "evaluate", "close")
    assert (project.state, project.score, project.grade) == ("closed", Decimal("92.5"), "excellent")
    with scopes.acting(planter()):
        steps = list(ProjectLog.objects.filter(project=project).order_by("pk").values_list("step", flat=True))
    assert steps == [
        *("notice_before", "start", "report", "finish", "accept", "notice_after", "settle", "evaluate", "close"),
    ]


def test_without_money_there_is_nothing_to_settle(way: Way) -> None:
    project = aged(way.go(accepted(way), "notice_after"), noticed_after_on=11)
    with pytest.raises(ServiceError, match="没有落实资金"):
        way.go(project, "settle")


def test_it_starts_after_ten_days_of_notice(way: Way) -> None:
    project = way.go(way.project(), "notice_before")
    with pytest.raises(ServiceError, match="公示不足"):
        way.go(project, "start")
    with pytest.raises(ServiceError, match="早于"):
        way.go(project, "start", on=today() - datetime.timedelta(days=1))


def test_it_is_finished_when_all_work_is_done(way: Way) -> None:
    project = way.go(started(way), "report", report=report(99))
    with pytest.raises(ServiceError, match="99%"):
        way.go(project, "finish")


def test_three_different_people_sign(way: Way) -> None:
    project = way.go(way.go(started(way), "report", report=report(100)), "finish")
    for signed, code in (
        (Acceptance("甲", "乙", " "), "required"),
        (Acceptance("甲", "乙", "甲"), "same"),
        (Acceptance("甲", "甲 ", "丙"), "same"),
    ):
        with pytest.raises(ServiceError) as refused:
            way.go(project, "accept", acceptance=signed)
        assert refused.value.code == code
    with pytest.raises(Refused):
        way.go(project, "accept", who="office")  # reported it as finished
    project = way.go(project, "accept")
    assert (project.accepted_township, project.accepted_department, project.accepted_supervisor) == (
        "王乡",
        "李局",
        "赵监督",
    )
    with scopes.acting(planter()), pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(accepted_supervisor="王乡")


def test_who_accepts_does_not_evaluate(way: Way) -> None:
    county = Office.at(COUNTY)
    project = accepted(way)
    allocation = county.allocate(county.budget(1), project, 1)
    for act in ("pay", "claim", "settle"):
        if act == "pay":
            county.pay(allocation, 1)
        else:
            county.carry_out(act, Line(Decimal(1), allocation=allocation.pk))
    project = way.go(aged(way.go(project, "notice_after"), noticed_after_on=11), "settle")
    with pytest.raises(Refused, match="不同的人"):
        way.go(project, "evaluate", who="department")
    for wrong, field in (
        (Evaluation(Decimal("100.01"), "good", "好"), "score"),
        (Evaluation(Decimal("NaN"), "good", "好"), "score"),
        (Evaluation(Decimal(90), "", "好"), "grade"),
        (Evaluation(Decimal(90), "good", " "), "evaluation"),
    ):
        with pytest.raises(ServiceError) as refused:
            way.go(project, "evaluate", evaluation=wrong)
        assert refused.value.field == field


def test_rejected_work_is_reported_again(way: Way) -> None:
    project = way.go(way.go(started(way), "report", report=report(100)), "finish")
    project = way.go(project, "reject", note="围栏不牢")
    project = way.go(project, "finish", "accept")
    assert (project.state, project.round) == ("accepted", 2)


def test_an_approved_change_keeps_what_was(way: Way) -> None:
    project = way.project()
    with pytest.raises(ServiceError, match="没有变更"):
        way.go(project, "change", note="调整", content={"name": project.name}, answers=CLEAN)
    with pytest.raises(ServiceError) as refused:
        way.go(project, "change", note="调整", content={"budget": Decimal(-1)}, answers=CLEAN)
    assert refused.value.field == "budget"
    with pytest.raises(ServiceError) as refused:
        way.go(project, "change", note="调整", content={"kind": "water"}, answers=CLEAN)
    assert refused.value.code == "unknown"
    with pytest.raises(ServiceError) as refused:
        way.go(project, "change", note="调整", content={"target": ""}, answers=CLEAN)
    assert refused.value.field == "target"
    with pytest.raises(Refused):
        way.go(project, "change", who="office", note="调整", content={"scale": "50头"}, answers=CLEAN)
    changed = way.go(project, "change", note="草场减少", content={"scale": "养殖肉牛50头"}, answers=CLEAN)
    assert (changed.scale, changed.content_version, changed.state) == ("养殖肉牛50头", 2, "approved")
    with scopes.acting(planter()):
        versions = (
            NegativeCheck.objects.filter(project=project).order_by("pk").values_list("content_version", flat=True)
        )
        assert list(versions) == [1, 2]
        assert project.scale in set(Project.objects.get(pk=project.pk).events.values_list("scale", flat=True))


def test_a_stopped_project_helps_nobody(way: Way) -> None:
    county = Office.at(COUNTY)
    project = way.project()
    with pytest.raises(ServiceError, match="理由"):
        way.go(project, "stop")
    allocation = county.allocate(county.budget(100), project, 100)
    with pytest.raises(ServiceError, match="退回指标"):
        way.go(project, "stop", note="无法实施")
    county.carry_out("return", Line(Decimal(100), allocation=allocation.pk))
    assert way.go(project, "stop", note="无法实施").state == "stopped"
    with scopes.acting(planter()):
        assert not Beneficiary.objects.filter(project=project, is_active=True).exists()


def test_monthly_reports(way: Way) -> None:
    project = started(way)
    last = today().replace(day=1) - datetime.timedelta(days=1)
    project = aged(project, approved_on=70)
    project = way.go(project, "report", report=report(40, 1000, last))
    project = way.go(project, "report", report=report(60, "2000.50"))
    assert project.percent == 60
    for wrong, field in (
        (report(30), "percent"),
        (report(70, 0, last), "percent"),
        (report(101), "percent"),
        (report(80, -1), "spent"),
        (report(80, 0, today() + datetime.timedelta(days=31)), "month"),
        (report(80, 0, datetime.date(2011, 1, 1)), "month"),
    ):
        with pytest.raises(ServiceError) as refused:
            way.go(project, "report", report=wrong)
        assert refused.value.field == field, wrong
    way.go(project, "report", report=report(65), note="更正")
    with scopes.acting(planter()):
        rows = ProjectProgress.objects.filter(project=project).order_by("month")
        assert list(rows.values_list("percent", "supervisor_name", "note")) == [
            (40, "赵监督", ""),
            (65, "赵监督", "更正"),
        ]


@pytest.mark.parametrize(
    ("day", "month"),
    [("2018-06-25", "2018-05-01"), ("2018-06-26", "2018-06-01"), ("2018-01-03", "2017-12-01")],
)
def test_the_month_that_must_be_reported(day: str, month: str) -> None:
    assert report_month(datetime.date.fromisoformat(day)) == datetime.date.fromisoformat(month)


def test_what_is_late_and_what_is_not_reported(way: Way) -> None:
    project = aged(way.project(kind="beijing"), approved_on=70)
    with scopes.acting(planter()):
        day = project.plan_start + datetime.timedelta(days=30)
        rows = Project.objects.filter(pk=project.pk)
        assert not rows.with_delay(day).get().late
        assert rows.with_delay(day + datetime.timedelta(days=1)).get().late
        assert rows.with_report(today()).get().unreported
    month = report_month(today())
    way.go(project, "report", report=report(10, 0, month))
    with scopes.acting(planter()):
        assert not rows.with_report(today()).get().unreported
        assert rows.with_report(today() + datetime.timedelta(days=62)).get().unreported
        Project.objects.filter(pk=project.pk).update(kind="industry")
        assert not rows.with_report(today() + datetime.timedelta(days=62)).get().unreported


def test_money_of_a_project_is_summed_once(way: Way, django_assert_num_queries: object) -> None:
    county = Office.at(COUNTY)
    project = way.project()
    first = county.allocate(county.budget(100), project, 100)
    county.allocate(county.budget(50), project, 50)
    county.pay(first, 30)
    with scopes.acting(county.payer), django_assert_num_queries(1):  # type: ignore[operator]
        row = Project.objects.filter(pk=project.pk).with_money().with_households().get()
    assert (row.allocated, row.paid, row.households) == (Decimal(150), Decimal(30), 1)
