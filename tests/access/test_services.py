"""Services ask for the right by themselves: whoever calls them without a page in between is refused all the same."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing, Share
from apps.accounts.models import User
from apps.accounts.services import may_manage
from apps.assessments.models import CadreAssessment, EffectAssessment, EffectTarget, IndicatorSet, SiteResult
from apps.assessments.models.sets import usual_deadlines
from apps.assessments.services import effect_sites, effect_steps, rounds, sets, steps
from apps.cadres import services as cadres
from apps.cadres.models import Cadre, Duty, HelpingUnit, TaskForce
from apps.cadres.services.pairing import Exchange, exchange_all
from apps.common.codes import codelist
from apps.complaints.models import Complaint
from apps.complaints.services import entering
from apps.complaints.services import steps as complaint_steps
from apps.complaints.services.attaching import attach
from apps.complaints.services.reading import author_of
from apps.crosschecks.services.parameters import set_threshold
from apps.crosschecks.services.runs import start_run
from apps.funds.models import FundOrder, LibraryItem, Project, ProjectProgress, Quota, Reconciliation
from apps.funds.services import library, progress_photos, projects, publicity, reconciling
from apps.funds.services import steps as orders
from apps.funds.services.closing import close_year
from apps.funds.services.lines import Line
from apps.funds.services.quotas import receive
from apps.households import services
from apps.households.imports.register import RegisterImporter
from apps.households.models import Household, HouseholdIncome, NaturalChange, Person
from apps.inspections.models import FormTemplate, Inspection, SampledUnit
from apps.inspections.services import drawing, filling, templates
from apps.inspections.services import steps as inspections
from apps.measures import services as loans
from apps.measures.models import LoanWish, RiskFund, SmallLoan
from apps.notices.models import PublicNotice
from apps.notices.services import photos, writing
from apps.notices.services import steps as notice_steps
from apps.pages.imports import run
from apps.pages.imports import services as imports
from apps.pages.imports.importer import Outcome
from apps.pages.imports.models import ImportBatch, StagedUnit
from apps.partners.services.clients import rotate_secret
from apps.problems.models import Problem
from apps.problems.services import files as problem_files
from apps.problems.services import letters
from apps.problems.services import photos as problem_photos
from apps.problems.services import steps as problem_steps
from apps.visits.services.writing import Draft, submit
from tests.access.walk import content
from tests.access.world import COUNTY, EVERYTHING, LEAGUE, OTHER_LEAGUE, OWN
from tests.factories.accounts import make_user

pytestmark = pytest.mark.usefixtures("undone")

DAY = datetime.date(2018, 6, 1)


def household() -> Household:
    return Household.objects.filter(division_id=OWN, status="20").order_by("pk")[0]


def person() -> Person:
    return Person.objects.select_related("household").filter(division_id=OWN, is_active=True).order_by("pk")[0]


def share() -> Share:
    return Share.objects.filter(division_id=OWN, withdrawn_at=None).order_by("pk")[0]


def pairing() -> Pairing:
    return Pairing.objects.order_by("pk")[0]


def loan() -> SmallLoan:
    return SmallLoan.objects.filter(division_id=OWN).order_by("pk")[0]


def cadre() -> Cadre:
    return Cadre.objects.order_by("pk")[0]


def problem() -> Problem:
    """Of the inspector's own county, over which he does not watch."""
    return Problem.objects.filter(division_id=COUNTY)[0]


def notice() -> PublicNotice:
    return PublicNotice.objects.filter(division_id=OWN)[0]


def complaint() -> Complaint:
    return Complaint.objects.get(division_id=COUNTY)


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", "户编号,姓名\n1,2\n".encode())


def staged(by: object) -> None:
    with run.staged(RegisterImporter(), io.BytesIO(b"a,b\n"), "a.csv", scope=scopes.of(by), year=2018):
        pass


CALLS = {
    "enter a complaint": lambda by: entering.enter(COUNTY, entering.Told(OWN, "funds", "x"), by=by),
    "take a step of a complaint": lambda by: complaint_steps.take(complaint(), "close", by=by),
    "attach a scan to a complaint": lambda by: attach(complaint(), b"0", by=by),
    "read who complained": lambda by: author_of(complaint(), by=by, reason="核对信息"),
    "register a household": lambda by: services.register_household(Household(division_id=OWN), by=by, on=DAY),
    "change a household": lambda by: services.change_household(
        found := household(), by=by, expected_version=found.version
    ),
    "save a person": lambda by: services.save_person(found := person(), by=by, expected_version=found.version),
    "save a year": lambda by: services.save_fact(HouseholdIncome(household=household(), year=2017), by=by),
    "report a change": lambda by: services.report_change(
        NaturalChange(household=household(), kind=codelist("natural_change").codes[0], happened_on=DAY), by=by
    ),
    "reveal a number": lambda by: services.reveal(household(), ["phone"], by=by, reason="核对信息"),
    "share": lambda by: services.share(household(), username="stranger", hours=3, reason="核对信息", by=by),
    "withdraw": lambda by: services.withdraw(share(), by=by),
    "set a threshold": lambda by: set_threshold("phone_share_max", COUNTY, 6, by=by),
    "start a run": lambda by: start_run(COUNTY, kind="manual", by=by, rules=["HH-01"]),
    "submit a file": lambda by: imports.submit(by, RegisterImporter(), file(), "a.csv", year=2018, source="page"),
    "stage a file": staged,
    "enter a unit": lambda by: cadres.save_unit(
        HelpingUnit(division_id=OWN, name="旗农牧局", level="3", kind="office"), by=by
    ),
    "enter a cadre": lambda by: cadres.save_cadre(Cadre(division_id=OWN, name="包音"), by=by),
    "give a duty": lambda by: cadres.save_duty(
        Duty(division_id=OWN, kind="first_secretary", cadre=cadre(), from_on=DAY), by=by
    ),
    "form a team": lambda by: cadres.save_team(TaskForce(division_id=OWN, name="工作队", set_on=DAY), by=by),
    "lend": lambda by: loans.lend(SmallLoan(household=household(), borrower=person(), amount=1), by=by),
    "repay": lambda by: loans.repay(loan(), on=DAY, principal=Decimal(1), by=by),
    "reverse a repayment": lambda by: loans.reverse(loan().repayments.all()[0], reason="错", by=by),
    "mark who uses a loan": lambda by: loans.mark_real_user(loan(), enterprise="某公司", by=by),
    "book a bank's loans": lambda by: loans.book_loans([loan()], by=by),
    "book a bank's repayments": lambda by: loans.book_repayments([], {loan().pk: True}, by=by),
    "enter a wish": lambda by: loans.save_wish(LoanWish(household=household(), wished_on=DAY), by=by),
    "enter a risk fund": lambda by: loans.save_fund(RiskFund(division_id=COUNTY, year=2017, amount=1), by=by),
    "pair": lambda by: cadres.pair(household(), cadre(), by=by, on=DAY),
    "end a pairing": lambda by: cadres.end(pairing(), by=by, on=DAY, reason="调离"),
    "exchange pairings": lambda by: exchange_all(
        [Exchange(household(), [pairing()], [(cadre(), DAY)], DAY, "调离")], by=by
    ),
    "set indicators": lambda by: sets.save_set(
        IndicatorSet(division_id=COUNTY, year=2019, kind="team", **usual_deadlines(2019)), sets.usual_weights(), by=by
    ),
    "open a year": lambda by: rounds.open_round(COUNTY, "helper", 2018, by=by),
    "take a step of an assessment": lambda by: steps.take(
        CadreAssessment.objects.filter(division_id=OWN)[0], "accept", by=by
    ),
    "plan an inspection": lambda by: inspections.plan(
        Inspection(division_id=LEAGUE, title="t", kind="joint", from_on=DAY, until_on=DAY, basis="b"), (OWN,), by=by
    ),
    "take a step of an inspection": lambda by: inspections.take(
        Inspection.objects.filter(division_id=OWN)[0], "report", by=by
    ),
    "draw a sample": lambda by: drawing.draw(
        Inspection.objects.filter(division_id=OWN)[0], drawing.Plan("village", "size", 1, size=1), by=by
    ),
    "replace a sampled unit": lambda by: drawing.replace(SampledUnit.objects.filter(division_id=OWN)[0], "搬走", by=by),
    "fill an on-site form": lambda by: filling.submit(
        filling.Draft(uuid4(), SampledUnit.objects.filter(division_id=OWN)[0].pk, timezone.now()), by=by
    ),
    "set a template of forms": lambda by: templates.save(FormTemplate(division_id=LEAGUE, title="t"), (), by=by),
    "take a step of a place's assessment": lambda by: effect_steps.take(
        EffectAssessment.objects.filter(division_id=COUNTY)[0], "rectify", by=by
    ),
    "hand down a plan": lambda by: effect_sites.save_target(EffectTarget(division_id=COUNTY, year=2017), by=by),
    "enter a result from the spot": lambda by: effect_sites.enter(
        [SiteResult(division_id=COUNTY, assessed_id=150522000000, year=2018)], by=by
    ),
    "draft an order of money": lambda by: orders.draft(
        COUNTY, orders.Draft("budget", "t", "r", 2018, [Line(Decimal(1), kind="special", origin="county")], "1"), by=by
    ),
    "propose an order": lambda by: orders.take(FundOrder.objects.filter(division_id=COUNTY)[0], "propose", by=by),
    "receive a quota": lambda by: receive(Quota.objects.filter(division_id=COUNTY)[0], by=by),
    "propose a project": lambda by: library.take(LibraryItem.objects.filter(division_id=OWN)[0], "refresh", by=by),
    "draft a proposal": lambda by: library.save(LibraryItem(division_id=OWN, met_on=DAY, year=2018), [], by=by),
    "take a step of a project": lambda by: projects.take(Project.objects.filter(division_id=OWN)[0], "stop", by=by),
    "add a photo of a month": lambda by: progress_photos.add(
        ProjectProgress.objects.filter(division_id=OWN)[0], b"0", by=by
    ),
    "settle a difference": lambda by: reconciling.settle(
        Reconciliation.objects.filter(division_id=COUNTY, settlement=None)[0], "核对", by=by
    ),
    "have a notice of money prepared": lambda by: publicity.prepare(
        Quota.objects.filter(division_id=COUNTY)[0], COUNTY, by=by
    ),
    "close the books": lambda by: close_year(COUNTY, 2017, by=by),
    "prepare a notice": lambda by: writing.prepare(OWN, "fund_use", "公示", [], by, text="公示"),
    "take a step of a notice": lambda by: notice_steps.take(notice(), "approve", by=by),
    "add a photo of a notice": lambda by: photos.add(notice(), b"0", by=by),
    "take a step of a problem": lambda by: problem_steps.take(problem(), "submit", by=by),
    "receive a letter": lambda by: letters.receive(problem().letters.all()[0], by=by),
    "add a photo of a problem's result": lambda by: problem_photos.add(problem(), "result", b"0", by=by),
    "add a file of a problem": lambda by: problem_files.add(
        problem(), "result", SimpleUploadedFile("a.pdf", b"%PDF-"), by=by
    ),
    "hand in a visit": lambda by: submit(
        Draft(client_id=uuid4(), household=household().pk, visited_at=timezone.now(), text="走访"), by=by
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_reader_is_refused_by_the_service_itself(world, name):
    """An inspector sees what lies there; that is no right to write."""
    by = world.accounts["inspector"].user
    with scopes.acting(by), pytest.raises(PermissionDenied):
        CALLS[name](by)


def test_who_may_not_open_urgently_is_refused_by_the_service_itself(world):
    by = world.accounts["village"].user
    with scopes.activate(EVERYTHING):
        code = Household.objects.filter(division_id=OTHER_LEAGUE).values_list("code", flat=True)[0]
    with scopes.acting(by), pytest.raises(PermissionDenied):
        services.open_urgently(code, reason="核对信息", by=by)


def test_who_runs_no_clients_gives_no_secret(world):
    from apps.partners.models import Client

    by = world.accounts["inspector"].user
    with scopes.activate(EVERYTHING):
        client = Client.objects.filter(division_id=COUNTY, enabled=True)[0]
    with scopes.acting(by), pytest.raises(PermissionDenied):
        rotate_secret(client, by=by)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/api/v1/households/%d/share/", "inspector"),
        ("/api/v1/households/urgent/", "township"),
        ("/api/v1/households/%d/check/", "inspector"),
        ("/api/v1/findings/%d/step/", "inspector"),
        ("/api/v1/persons/%d/lookers/", "township"),
    ],
)
def test_what_one_may_not_do_is_refused_before_what_was_sent_is_looked_at(world, address, name):
    """A body that is wrong is told so to those alone who could have sent a right one."""
    resource = next((name for name in ("finding", "person") if name in address), "household")
    key = next(row.key for row in world.rows[resource] if row.place == OWN and not row.gone)
    client = world.accounts[name].client()
    answer = client.post(address % key if "%" in address else address, {}, content_type="application/json")
    assert answer.status_code == 403


def test_an_account_is_managed_by_whoever_manages_it_and_all_its_posts(world):
    by = world.accounts["county"].user
    elsewhere = make_user("elsewhere", None, OTHER_LEAGUE)
    here = make_user("here", None, OWN)
    with scopes.activate(EVERYTHING):
        lent = User.objects.get(username="lent")
    with scopes.acting(by):
        assert [may_manage(by, user) for user in (here, elsewhere, lent)] == [True, False, False]


# --- batches of imports after a post has changed ---


def batch_of(world, name: str, place: int) -> ImportBatch:
    with scopes.activate(EVERYTHING):
        made = ImportBatch.objects.create(
            division_id=place,
            requested_by=world.accounts[name].user,
            kind="register",
            file_name="a.csv",
            file_size=1,
            file_hash="0",
            state=ImportBatch.State.SHOWN,
        )
        for place_of_unit, title in ((OWN, "近处的户"), (OTHER_LEAGUE, "远处的户")):
            StagedUnit.objects.create(
                batch=made,
                division_id=place_of_unit,
                seq=place_of_unit % 7,
                row=1,
                rows=1,
                outcome=Outcome.ADDED,
                title=title,
            )
    return made


@pytest.mark.parametrize("step", ["confirm", "discard"])
def test_ones_own_batch_is_not_confirmed_once_the_right_is_gone(world, step):
    """Its maker may still see it, and imports no more."""
    made = batch_of(world, "inspector", COUNTY)
    client = world.accounts["inspector"].client()
    assert client.post(reverse(f"import-{step}", args=[made.pk])).status_code == 403
    assert client.post(f"/api/v1/imports/{made.pk}/{step}/").status_code == 403
    with scopes.activate(EVERYTHING):
        assert ImportBatch.objects.get(pk=made.pk).state == ImportBatch.State.SHOWN


@pytest.mark.parametrize("wall", ["application", "database"], indirect=True)
def test_a_batch_at_a_place_that_is_ones_own_no_more_is_not_there(world, wall):
    made = batch_of(world, "county", OTHER_LEAGUE)
    client = world.accounts["county"].client()
    assert client.get(f"/imports/{made.pk}/").status_code == 404
    assert client.get(f"/api/v1/imports/{made.pk}/").status_code == 404


@pytest.mark.parametrize("wall", ["application", "database"], indirect=True)
def test_a_household_of_a_batch_that_lies_elsewhere_is_not_shown(world, wall):
    made = batch_of(world, "county", COUNTY)
    client = world.accounts["county"].client()
    for address in (f"/imports/{made.pk}/", f"/api/v1/imports/{made.pk}/units/?outcome=added"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert ("近处的户" in content(answer), "远处的户" in content(answer)) == (True, False), address
