"""Opening a year: who is assessed where, what is counted from which rows, and that nothing is counted twice."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.assessments.models import AssessmentLog, AssessmentRound, CadreAssessment, Indicator, Score
from apps.assessments.services import reading, rounds
from apps.cadres import services as cadres
from apps.cadres.models import Attendance, Cadre, Duty, TaskForce
from apps.common.errors import ServiceError
from apps.crosschecks.models import Finding
from tests.access.world import EVERYTHING
from tests.assessments.conftest import COUNTY, NEIGHBOUR, NEXT_TOWNSHIP, OTHER_COUNTY, OWN, SIBLING, TOWNSHIP
from tests.factories.accounts import make_user
from tests.factories.assessments import YEAR, assessment_of, make_set, open_year
from tests.factories.cadres import make_cadre, pair
from tests.factories.households import make_household
from tests.factories.visits import make_visit

pytestmark = pytest.mark.django_db


def scores(found: CadreAssessment) -> dict[str, Score]:
    with scopes.activate(EVERYTHING):
        return {score.code: score for score in Score.objects.filter(assessment=found)}


def find(household, state: str = "new", on: datetime.date = datetime.date(2018, 6, 1)) -> Finding:
    with scopes.activate(EVERYTHING):
        return Finding.objects.create(
            rule=f"HH-{Finding.objects.count():02d}",
            object_kind="household",
            object_id=household.pk,
            household=household,
            division_id=household.division_id,
            severity="high",
            acting_level=4,
            found_on=on,
            due_on=on,
            state=state,
            state_since=timezone.now(),
        )


def test_visits_count_once_a_month_and_household_and_name_the_rows(county):
    helper = county.make_helper("包音", OWN, OWN)
    first = [helper.visit(month, 3) for month in range(1, 12)]  # December is missed
    helper.visit(1, 20)  # a second one of the month counts no more
    other = helper.visit(5, 9, household=1)
    county.open()
    found = helper.assessment
    score = scores(found)["visits"]
    assert (score.numerator, score.denominator, score.value) == (12, 24, Decimal("50.00"))
    assert score.counted == sorted([*first, other])
    assert (found.zero_months, found.data_on, found.due_on) == (
        [12],
        datetime.date(2018, 12, 31),
        datetime.date(2019, 1, 15),
    )


def test_only_whole_months_of_a_pairing_are_due_and_only_while_it_lasted(county):
    helper = county.make_helper("包音", OWN, since=datetime.date(2018, 3, 2))
    over = make_household(OWN)
    pair(over, helper.cadre, from_on=datetime.date(2017, 1, 1), until_on=datetime.date(2018, 2, 28))
    helper.visit(4)
    make_visit(over, helper.user, now=timezone.make_aware(datetime.datetime(2018, 2, 28, 12)))
    county.open()
    score = scores(helper.assessment)["visits"]
    assert (score.numerator, score.denominator) == (2, 9 + 2)
    assert helper.assessment.zero_months == [1, 5, 6, 7, 8, 9, 10, 11, 12]


def test_months_that_are_not_over_are_not_due(county, settings):
    settings.REFERENCE_DATE = datetime.date(2018, 4, 29)
    helper = county.make_helper("包音", OWN)
    for month in (1, 2, 3, 4):
        helper.visit(month)
    county.open()
    score = scores(helper.assessment)["visits"]
    assert (score.numerator, score.denominator, helper.assessment.zero_months) == (3, 3, [])


def test_problems_and_findings_are_counted_from_their_rows(county):
    helper = county.make_helper("包音", OWN, SIBLING)
    solved = helper.visit(3, problem="住房漏水", problem_solved=True)
    open_still = helper.visit(4, problem="道路不通", problem_solved=False)
    helper.visit(5)
    doubt = [find(helper.households[0]) for _ in range(2)]
    find(helper.households[1], state="closed")
    find(helper.households[1], on=datetime.date(2019, 1, 2))
    county.open()
    found = scores(helper.assessment)
    assert (found["problems"].numerator, found["problems"].denominator) == (1, 2)
    assert found["problems"].counted == [solved, open_still]
    assert (found["quality"].numerator, found["quality"].denominator) == (1, 2)
    assert found["quality"].counted == [one.pk for one in doubt]


def test_what_is_not_known_is_said_and_never_zero(county):
    nobody = county.make_helper("白音", OWN, account=False)
    county.make_helper("包音", OWN)
    county.open()
    found = scores(nobody.assessment)
    assert {code: (score.value, score.missing) for code, score in found.items()} == {
        "visits": (None, "no_account"),
        "problems": (None, "no_account"),
        "quality": (Decimal(100), ""),
        "days": (None, "not_resident"),
        "measures": (None, "not_entered"),
        "satisfaction": (None, "not_entered"),
    }
    assert nobody.assessment.zero_months is None
    silent = scores(assessment_of("包音"))
    assert (silent["visits"].value, silent["problems"].missing) == (Decimal(0), "no_problem")
    assert assessment_of("包音").zero_months == list(range(1, 13))


def test_everybody_is_assessed_once_where_he_helps_most(county):
    helper = county.make_helper("包音", NEIGHBOUR, OWN, OWN)
    far = county.make_helper("白音", OTHER_COUNTY)
    mostly_far = county.make_helper("色音", OWN, OTHER_COUNTY, OTHER_COUNTY)
    county.open()
    with scopes.activate(EVERYTHING):
        assert [(one.name, one.division_id) for one in CadreAssessment.objects.all()] == [("包音", TOWNSHIP)]
    assert helper.assessment.unit_name == "旗农牧局"
    next_county = make_user("next", "county_officer", 150423000000)
    make_set(150423000000, next_county)
    open_year(150423000000, next_county)
    with scopes.activate(EVERYTHING):
        assert set(CadreAssessment.objects.values_list("cadre", "division_id")) == {
            (helper.cadre.pk, TOWNSHIP),
            (far.cadre.pk, 150423100000),
            (mostly_far.cadre.pk, 150423100000),
        }


def test_visits_to_households_in_other_counties_count_too(county):
    helper = county.make_helper("包音", OWN, OWN, OTHER_COUNTY)
    helper.visit(7, household=2)
    county.open()
    score = scores(helper.assessment)["visits"]
    assert (score.numerator, score.denominator) == (1, 36)


def test_opened_again_it_takes_in_who_came_since_and_leaves_the_rest(county):
    helper = county.make_helper("包音", OWN)
    helper.visit(2)
    county.open()
    before = scores(helper.assessment)["visits"]
    helper.visit(3)
    late = county.make_helper("白音", NEIGHBOUR)
    again = open_year(COUNTY, county.officer)
    assert (again.assessed, again.state, number_of_rounds()) == (2, "done", 1)
    after = scores(helper.assessment)["visits"]
    assert (after.pk, after.numerator, after.settled_at) == (before.pk, 1, before.settled_at)
    assert (late.assessment.division_id, scores(late.assessment)["visits"].denominator) == (NEXT_TOWNSHIP, 12)
    with scopes.activate(EVERYTHING):
        assert AssessmentLog.objects.filter(step="open").count() == 2


def number_of_rounds() -> int:
    with scopes.activate(EVERYTHING):
        return AssessmentRound.objects.count()


@pytest.mark.parametrize("broken", rounds.PARTS)
def test_an_opening_that_breaks_anywhere_goes_on_there(county, monkeypatch, broken):
    helper = county.make_helper("包音", OWN)
    helper.visit(2)
    make_set(COUNTY, county.officer)
    with scopes.acting(county.officer):
        found = rounds.open_round(COUNTY, "helper", YEAR, by=county.officer)
    done, real = [], rounds._do

    def breaking(one: AssessmentRound, part: str) -> None:
        done.append(part)
        real(one, part)
        if part == broken and done.count(part) == 1:
            raise RuntimeError("the worker died")

    monkeypatch.setattr(rounds, "_do", breaking)
    with pytest.raises(RuntimeError):
        rounds.work(found.pk, system_account())
    with scopes.activate(EVERYTHING):
        assert broken not in AssessmentRound.objects.get(pk=found.pk).done
        AssessmentRound.objects.update(touched_at=timezone.now() - rounds.LEFT_LYING * 2)
    with scopes.acting(system_account()):
        assert rounds.left_lying() == [found.pk]
    assert rounds.work(found.pk, system_account())
    assert not rounds.work(found.pk, system_account())
    assert sorted(done) == sorted([*rounds.PARTS, broken])
    assert len(scores(helper.assessment)) == 6


def test_an_opening_in_vain_is_refused(county):
    with scopes.acting(county.officer):
        for division, year, code in (
            (COUNTY, YEAR, "no_set"),
            (COUNTY, YEAR + 1, "future"),
            (TOWNSHIP, YEAR, "level"),
        ):
            with pytest.raises(ServiceError) as told:
                rounds.open_round(division, "helper", year, by=county.officer)
            assert told.value.code == code
    make_set(COUNTY, county.officer)
    with scopes.acting(county.officer):
        rounds.open_round(COUNTY, "helper", YEAR, by=county.officer)
        with pytest.raises(ServiceError) as told:
            rounds.open_round(COUNTY, "helper", YEAR, by=county.officer)
    assert told.value.code == "running"


def test_a_first_secretary_and_a_team_answer_for_the_village(county):
    make_household(OWN, status="10")  # helped no more: not asked about
    homes = [make_household(OWN) for _ in range(2)]
    secretary, member = (make_user(name, "village_officer", OWN) for name in ("secretary", "member"))
    with scopes.activate(EVERYTHING):
        team = TaskForce.objects.create(
            division_id=OWN, kind="village", name="驻村一队", set_on=datetime.date(2018, 1, 1)
        )
        for kind, user, of in (("first_secretary", secretary, None), ("team_leader", member, team)):
            Duty.objects.create(
                division_id=OWN,
                kind=kind,
                team=of,
                cadre=make_cadre(COUNTY, name=f"干部{kind[0]}", account=user),
                from_on=datetime.date(2018, 4, 1),
            )
    for user, month in ((secretary, 5), (member, 8)):
        make_visit(homes[0], user, now=timezone.make_aware(datetime.datetime(2018, month, 2, 12)))
    county.open("first_secretary")
    county.open("team")
    first, second = assessment_of("干部f"), assessment_of("驻村一队")
    assert (first.division_id, first.account_id, second.account_id) == (TOWNSHIP, secretary.pk, member.pk)
    visits = [scores(one)["visits"] for one in (first, second)]
    # In office from April: three quarters; the team stood there all year. Each visited one household once.
    assert [(one.numerator, one.denominator) for one in visits] == [(1, 6), (1, 8)]
    assert first.zero_months == [4, 6, 7, 8, 9, 10, 11, 12]


def sheet(duty: Duty, month: int, present: int, leave: int = 0, year: int = 2018) -> int:
    with scopes.activate(EVERYTHING):
        return Attendance.objects.create(
            duty=duty,
            division_id=duty.division_id,
            name=duty.name,
            month=datetime.date(year, month, 1),
            days_present=present,
            leave_days=leave,
        ).pk


def post(kind: str, cadre: Cadre, since: datetime.date, *, place: int = OWN, team: TaskForce | None = None) -> Duty:
    with scopes.activate(EVERYTHING):
        return Duty.objects.create(division_id=place, kind=kind, cadre=cadre, team=team, from_on=since, name=cadre.name)


def test_days_in_the_village_are_those_of_the_sheets_of_whole_months_in_office(county, settings):
    settings.REFERENCE_DATE = datetime.date(2018, 11, 29)
    secretary = make_cadre(COUNTY, name="驻村书记")
    duty = post("first_secretary", secretary, datetime.date(2018, 3, 2))
    sheet(duty, 3, 29)  # came in the middle of it
    counted = [sheet(duty, 4, 10), sheet(duty, 5, 31), sheet(duty, 6, 8, leave=12), sheet(duty, 7, 0, leave=25)]
    sheet(duty, 11, 20)  # not over yet
    sheet(duty, 4, 1, year=2017)
    helper = county.make_helper("包音", OWN)
    member = post("first_secretary", helper.cadre, datetime.date(2017, 1, 1), place=SIBLING)
    also = sheet(member, 1, 15)
    county.open("first_secretary")
    county.open("helper")
    found = scores(assessment_of("驻村书记"))["days"]
    # April 10 of 20, May no more than 20 of 20, June 8 of the 8 that leave left over, July nothing of nothing.
    assert (found.numerator, found.denominator, found.value) == (38, 48, Decimal("79.17"))
    assert found.counted == counted
    # A helper who lives in a village is asked for his days there, and nobody else is.
    with scopes.activate(EVERYTHING):
        of_helper = Score.objects.get(assessment__kind="helper", assessment__cadre=helper.cadre, code="days")
    assert (of_helper.counted, of_helper.value) == ([also], Decimal("75.00"))


def test_a_resident_without_sheets_has_no_days(county):
    post("first_secretary", make_cadre(COUNTY, name="驻村书记"), datetime.date(2018, 3, 2))
    county.open("first_secretary")
    found = scores(assessment_of("驻村书记"))["days"]
    assert (found.value, found.missing) == (None, "no_sheet")


def test_a_set_that_has_its_days_entered_keeps_it_so(county):
    helper = county.make_helper("包音", OWN)
    found_set = make_set(COUNTY, county.officer)
    with scopes.activate(EVERYTHING):
        Indicator.objects.filter(set=found_set, code="days").update(source="township")
    open_year(COUNTY, county.officer)
    found = scores(helper.assessment)["days"]
    assert (found.source, found.missing) == ("township", "not_entered")
    with scopes.acting(county.township):
        assert reading.entered_codes(county.township, helper.assessment) == ["days", "measures"]


def test_the_account_of_an_assessment_is_the_cadres(county):
    helper = county.make_helper("包音", OWN, account=False)
    county.open()
    with scopes.acting(county.officer):
        helper.cadre.account = helper.user
        cadres.save_cadre(helper.cadre, by=county.officer)
    assert helper.assessment.account_id == helper.user.pk
    with scopes.activate(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("UPDATE cadres_cadre SET account_id = NULL WHERE id = %s", [helper.cadre.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert helper.assessment.account_id is None
