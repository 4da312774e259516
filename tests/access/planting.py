"""Planting the world of `tests.access.world`: one household with everything in each village, papers of each account."""

from __future__ import annotations

import datetime
import time
from collections import defaultdict
from operator import attrgetter
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from apps.access import scope as scopes
from apps.access.models import Pairing, Share
from apps.accounts.models import Post, Reset, User
from apps.accounts.services import SET_UP, appoint
from apps.assessments.models import (
    AssessmentLog,
    AssessmentRound,
    CadreAssessment,
    EffectAssessment,
    EffectLog,
    EffectProblem,
    EffectScore,
    EffectTarget,
    Indicator,
    IndicatorSet,
    Score,
    SiteResult,
)
from apps.assessments.models.sets import usual_deadlines
from apps.cadres.models import Attendance, Cadre, Card, CountyChief, Duty, HelpingUnit, HomeCheck, TaskForce
from apps.common import numbers as codes_of
from apps.common.codes import codelist
from apps.common.fields import CodeField
from apps.common.sealing import Sealed
from apps.complaints.models import Complainant, Complaint, ComplaintLog, ComplaintPhoto, Statement
from apps.complaints.models.confidential import hidden, words_of
from apps.crosschecks.linkage import explanation
from apps.crosschecks.models import Finding, FindingLog, LinkCandidate, Run
from apps.datasets.models import DatasetVersion, Delivery, DeliveryChunk, DeliveryFault, RuralAllowance, tables
from apps.datasets.services.freshness import index_key
from apps.divisions import codes
from apps.divisions.models import Division
from apps.funds.models import (
    Allocation,
    ApprovalBand,
    Asset,
    AssetContract,
    AssetDistribution,
    AssetLog,
    AssetYield,
    Beneficiary,
    ClosedYear,
    DistributionLine,
    DistributionLog,
    Entry,
    FundOrder,
    LedgerCheck,
    LibraryItem,
    LibraryLog,
    NegativeCheck,
    NegativeItem,
    OrderLine,
    OrderLog,
    Payment,
    ProgressPhoto,
    Project,
    ProjectLog,
    ProjectProgress,
    Quota,
    Reconciliation,
    ReconciliationSettlement,
)
from apps.history.models import AccessLog
from apps.history.services import log_access
from apps.households.models import (
    GuaranteeStatus,
    Household,
    HouseholdIncome,
    HouseholdYear,
    NaturalChange,
    Person,
    PersonYear,
    StatusEvent,
)
from apps.inspections.models import (
    FormQuestion,
    FormTemplate,
    Inspection,
    InspectionLog,
    InspectionTarget,
    InspectionTeam,
    Sample,
    SampledUnit,
    SiteForm,
    SiteFormConflict,
    SiteFormPhoto,
    TeamMember,
)
from apps.measures.models import LoanRepayment, LoanWish, RiskFund, SmallLoan
from apps.notices.models import NoticeLog, NoticeObjection, NoticePhoto, Publication, PublicNotice
from apps.pages.imports.models import ImportBatch
from apps.pages.models import ExportApproval, ExportJob
from apps.partners.models import Client as Partner
from apps.partners.models import ClientDay, SearchJob
from apps.problems.models import (
    EscalationStep,
    LadderRung,
    Problem,
    ProblemFile,
    ProblemLog,
    ProblemPhoto,
    ProgressReport,
    RectificationMeasure,
    SupervisionLetter,
)
from apps.villages.models import Village, VillageYear
from apps.villages.services import ensure_villages
from apps.visits.models import (
    LastVisit,
    Visit,
    VisitConflict,
    VisitCorrection,
    VisitMark,
    VisitPhoto,
    VisitReceipt,
    VisitTask,
)
from tests.access.routes import routes
from tests.access.world import (
    COUNTY,
    EVERYTHING,
    KINDS,
    LEAGUE,
    MARK,
    MERGED,
    MERGED_FAR,
    OTHER_LEAGUE,
    OWN,
    REGION,
    TOWNSHIP,
    Account,
    Kind,
    Row,
    World,
)
from tests.factories.accounts import make_user, sign_in
from tests.factories.datasets import stored
from tests.factories.divisions import VILLAGES, plant
from tests.factories.households import (
    citizen_number,
    make_household,
    make_household_year,
    make_person,
    make_person_year,
)
from tests.factories.partners import make_department

CLOSED = ("60", "70")
"""Statuses of households that are in the register no more."""


class Canaries:
    """Words that nobody says: three characters from the end of the first Han block, none of them twice."""

    FIRST, SPAN = 0x9F20, 0x60

    def __init__(self, start: int = 0) -> None:
        self.next = start

    def word(self) -> str:
        self.next += 1
        tens, ones = divmod(self.next, self.SPAN)
        return chr(self.FIRST + tens) + MARK + chr(self.FIRST + ones)


def texts_of(model: type[models.Model]) -> list[str]:
    """The fields of a model that hold free text; codes, identifiers and choices are not free."""
    skipped = {"code", "national_no", "username", "password", "language", "resource", "query", "object_kind", "source"}
    skipped |= {
        "sha256",
        "part",
        "digest",
        "apart",
        "client_id",
        "client_secret",
        "client_type",
        "authorization_grant_type",
        "registration_source",
    }
    return [
        one.name
        for one in model._meta.concrete_fields
        if isinstance(one, models.CharField | models.TextField)
        and not isinstance(one, CodeField | models.FileField)
        and not one.choices
        and one.name not in skipped
        and not one.primary_key
        and (one.max_length is None or one.max_length > 10)
        and not (model is Finding and one.name == "rule")
    ]


def build() -> World:
    """Plant everything; call inside a transaction that is rolled back."""
    plant(*VILLAGES, MERGED, MERGED_FAR)
    for gone, heir in ((MERGED, OWN), (MERGED_FAR, OTHER_LEAGUE)):
        Division.objects.filter(pk=gone).update(ended_on=datetime.date(2018, 6, 1), replaced_by=heir)
    accounts = {name: _account(name, kind) for name, kind in KINDS.items()}
    accounts["anonymous"] = Account("anonymous", Kind(None, REGION), None)
    _let_out(accounts)
    _officials_of_two_places()
    with scopes.activate(EVERYTHING):
        Post.objects.update(appointed_by=accounts["region"].user)
        ensure_villages()
        Village.objects.bulk_create(Village(division_id=place) for place in (MERGED, MERGED_FAR))
        for village in Village.objects.all():
            VillageYear.objects.create(village=village, year=2018, population=900)
        for place in (REGION, LEAGUE, COUNTY, OWN, OTHER_LEAGUE):
            Run.objects.create(division_id=place, kind="manual", date=datetime.date(2018, 12, 31), year=2018, rules=[])
            _delivered(place, accounts["region"].user)
    for place in (LEAGUE, COUNTY, TOWNSHIP, 150500000000):
        _asked_much(make_department(place).client)
    make_department(COUNTY).change(enabled=False)
    cache.clear()  # of the tokens that were asked for
    accounts["partner"].token = make_department(accounts["partner"].kind.place).token()
    _helping()
    words = Canaries()
    households = [more_household(place, words.word(), accounts) for place in (*VILLAGES, OTHER_LEAGUE)]
    for place in (OWN, OTHER_LEAGUE):
        more_household(place, words.word(), accounts, gone=True)
    with scopes.activate(EVERYTHING):
        helper, village = accounts["helper"], accounts["village"]
        paired = households[VILLAGES.index(OTHER_LEAGUE)]
        cadre = Cadre.objects.get(division_id=COUNTY)
        cadre.account = helper.user
        cadre.save()
        for household in households:
            Pairing.objects.create(
                household=household,
                division_id=household.division_id,
                cadre=cadre,
                helper=helper.user if household == paired else None,
                # What was is told of still, and opens nothing.
                from_on=timezone.localdate() if household == paired else datetime.date(2018, 1, 1),
                until_on=None if household == paired else datetime.date(2018, 6, 1),
            )
            Card.objects.create(household=household, division_id=household.division_id, issued_by=village.user)
        helper.households, helper.places = frozenset({paired.pk}), frozenset({paired.division_id})
        inspector = accounts["inspector"]
        _share(households[0], inspector.user, village.user, words.word(), withdrawn=False)
        inspector.households = frozenset({households[0].pk})
        inspector.places = frozenset({households[0].division_id})
        # This one reads of the share still, and of the household no more.
        _share(households[-1], village.user, accounts["county"].user, words.word())
        for place in (REGION, LEAGUE, COUNTY, TOWNSHIP, *VILLAGES):
            _assessed(place, accounts["county"].user, words.word())
            _funded(place, words)
            _effects(place, words)
            _proposed(place, words)
            _registered(place, words)
            _made_public(place, accounts["county"].user, words.word())
            _inspected(place, accounts["village"].user if place == OTHER_LEAGUE else None, words)
            _troubled(place, words)
        for place, concerned in COMPLAINED.items():
            _complained(place, concerned, words)
        for account in accounts.values():
            if account.user is not None:
                _papers(account.user, account.kind, words.word(), words.word())
        _papers(accounts["county"].user, accounts["county"].kind, words.word(), words.word(), gone=True)
    return _collect(accounts, words)


def _account(name: str, kind: Kind) -> Account:
    """An account with its session; of a department's client there is only a token."""
    if kind.door == "bearer":
        return Account(name, kind, None)
    user = make_user(name, kind.role, kind.place, extent="here" if kind.here else "below")
    client = sign_in(Client(), user)
    session = client.session
    # As if somebody were at the keyboard all the while: an administrator's ends after a quarter of an hour without.
    session.update({"began": int(time.time()), "last_seen": int(time.time()) + 7 * 60 * 60})
    session.save()
    return Account(name, kind, user, session.session_key)


def _let_out(accounts: dict[str, Account]) -> None:
    """End the post of one account and close another, past everything that would end their sessions."""
    ended, closed = accounts["ended"].user, accounts["disabled"].user
    yesterday = timezone.now() - datetime.timedelta(days=1)
    with scopes.activate(SET_UP):
        Post.objects.filter(user=ended).update(valid_from=yesterday, valid_until=yesterday)
        User.objects.filter(pk=closed.pk).update(is_active=False)


def _officials_of_two_places() -> None:
    """One run above the county with a post in it, and one run by the county with a post outside."""
    with scopes.activate(SET_UP):
        from_above = make_user("from-above", None, LEAGUE)
        appoint(from_above, role="village_officer", division=OWN, by=None)
        lent = make_user("lent", "village_officer", OWN)
        appoint(lent, role="inspector", division=150500000000, by=None)


def _helping() -> None:
    """A unit, a cadre and the duty of each at places of every level; a team in some villages."""
    day = datetime.date(2018, 6, 1)
    with scopes.activate(EVERYTHING):
        for number, place in enumerate((REGION, LEAGUE, COUNTY, TOWNSHIP, *VILLAGES, MERGED_FAR), start=1):
            here = {"division_id": place}
            unit = HelpingUnit.objects.create(**here, name="u", level="3", kind="office")
            code = codes_of.helper_code(place // 10**6, 70000 + number)
            cadre = Cadre.objects.create(**here, unit=unit, code=code, name="c", phone=f"137{number:08d}")
            if place >= COUNTY:
                Duty.objects.create(**here, kind="unit", unit=unit, from_on=day)
                paper = {"approval_no": "a", "approved_on": day, "approved_by": "a"}
                CountyChief.objects.create(**here, post="head", name="c", from_on=day, **paper)
                RiskFund.objects.create(**here, year=2018, amount=1, document_no="d")
            if place in VILLAGES:
                team = TaskForce.objects.create(**here, kind="village", name="t", unit=unit, set_on=day)
                duty = Duty.objects.create(**here, kind="team_leader", cadre=cadre, team=team, from_on=day)
                Attendance.objects.create(**here, duty=duty, name="c", month=day, days_present=22)


def _assessed(place: int, by: User, word: str) -> None:
    """A year's assessment of the cadre of a place, graded; of the one at the county it is the helping cadre's own."""
    here, now = {"division_id": place}, timezone.now()
    rules = IndicatorSet.objects.create(**here, year=2018, kind="helper", **usual_deadlines(2018))
    Indicator.objects.create(**here, set=rules, code="visits", weight=100, source="computed", position=1)
    opened = {"state": "done", "opened_by": by, "opened_at": now, "touched_at": now}
    day = datetime.date(2018, 12, 31)
    AssessmentRound.objects.create(**here, set=rules, year=2018, kind="helper", data_on=day, **opened)
    cadre = Cadre.objects.filter(**here).order_by("pk")[0]
    result = {"state": "graded", "total": 85, "grade": "good", "appeal_until": day + datetime.timedelta(days=9999)}
    found = CadreAssessment.objects.create(
        **here, **result, set=rules, year=2018, kind="helper", cadre=cadre, account=cadre.account, data_on=day,
        state_since=now,
    )  # fmt: skip
    of = {**here, "assessment": found}
    Score.objects.create(**of, code="visits", weight=100, source="computed", position=1, value=85)
    AssessmentLog.objects.create(**of, at=now, by_name=word, step="grade", to_state="graded", note=word)


def _effects(place: int, words: Canaries) -> None:
    """The year of a place, published, with a problem fed back; its plan; what its office saw of another one."""
    day, here = datetime.date(2018, 12, 31), {"division_id": place}
    rules = IndicatorSet.objects.filter(**here)[0]
    found = EffectAssessment.objects.create(
        **here, kind="county", year=2018, set=rules, name="n", group="national", readers="own", data_on=day,
        state="fed_back", state_since=timezone.now(), total=80, weight_counted=100, deducted=0, grade="good", rank=1,
        published_on=day,
    )  # fmt: skip
    of, word = {**here, "assessment": found}, words.word()
    EffectScore.objects.create(**of, code="exits", weight=100, source="computed", position=1, value=80)
    EffectLog.objects.create(**of, round=1, by_name=word, step="check", to_state="site_check", note=word)
    EffectProblem.objects.create(**of, text=words.word(), due_on=day)
    EffectTarget.objects.create(**here, year=2018, exit_persons=1)
    SiteResult.objects.create(
        **here, assessed_id=COUNTY if place == LEAGUE else LEAGUE, year=2018, code="missed", source="cross", sampled=9,
        wrong=1, note=words.word(), entered_on=day,
    )  # fmt: skip


def _funded(place: int, words: Canaries) -> None:
    """Money of a place: a quota that was allocated and paid by an order, a band, a closed year."""
    here, day = {"division_id": place}, datetime.date(2018, 6, 1)
    quota = Quota.objects.create(
        **here, kind="special", origin="county", year=2018, document_no=words.word(), issued_on=day, received_on=day
    )
    project = Project.objects.create(
        **here, code=f"X{place}", name="p", kind="industry", year=2018, scale="s", budget=1, unit="u",
        person_in_charge="c", plan_start=day, plan_end=day,
    )  # fmt: skip
    allocation = Allocation.objects.create(**here, quota=quota, project=project)
    order = FundOrder.objects.create(**here, act="pay", year=2018, title="t", reason="r", state="done", done_on=day)
    OrderLine.objects.create(
        **here, order=order, position=1, quota=quota, project=project, allocation=allocation, amount=1,
        payee_account=f"62220{place:014d}",
    )  # fmt: skip
    log = {"round": 1, "by_name": "b", "step": "execute", "to_state": "done", "note": words.word()}
    OrderLog.objects.create(**here, order=order, **log)
    of = {"project": project, "allocation": allocation}
    for act, more in (("budget", {}), ("allocate", of), ("pay", of)):
        entry = Entry.objects.create(
            **here, act=act, quota=quota, amount=1, booked_on=day, document_no=words.word(), order=order, **more
        )
    Payment.objects.create(
        **here, **of, entry=entry, amount=1, paid_on=day, payee_name=words.word(), voucher_no="v",
        payee_account=f"62220{place:014d}",
    )  # fmt: skip
    ApprovalBand.objects.create(**here, act="pay", above=0)
    ClosedYear.objects.create(**here, year=2015, closed_by_name=words.word())
    said = {**here, "result": "amount", "our_amount": 1, "their_amount": 2}
    settlement = ReconciliationSettlement.objects.create(
        **said, voucher_no="v", reason=words.word(), by_name="b", entry=entry
    )
    Reconciliation.objects.create(**said, voucher_no=words.word(), as_of=day)
    Reconciliation.objects.create(**said, voucher_no=words.word(), as_of=day, settlement=settlement)
    LedgerCheck.objects.create(**here, quotas=1, allocations=0, payments=0, whole=False, found=words.word())


def _proposed(place: int, words: Canaries) -> None:
    """A project of a place with everything on its way: item of the library, logs, a report, an answered match; and in
    villages the households that it helps."""
    here, day = {"division_id": place}, datetime.date(2018, 6, 1)
    project = Project.objects.get(**here)
    item = LibraryItem.objects.create(
        **here, name="n", kind="industry", year=2018, valid_for=2018, scale="s", amount=1, need="n", target="t",
        mechanism="m", met_on=day, present=3, decision="d", state="selected", round=1,
    )  # fmt: skip
    log = {"round": 1, "by_name": "b", "to_state": "selected"}
    LibraryLog.objects.create(**here, **log, item=item, step="select", note=words.word())
    ProjectLog.objects.create(**here, **log, project=project, step="start", note=words.word())
    report = ProjectProgress.objects.create(**here, project=project, month=day, percent=5, spent=1, reported_on=day)
    word = words.word()
    pictures = {name: ContentFile(word.encode(), "a.jpg") for name in ("image", "thumbnail")}
    ProgressPhoto.objects.create(
        **here, **pictures, progress=report, at=timezone.now(), by_name=word, width=1, height=1
    )
    forbidden = NegativeItem.objects.create(**here, aspect="office", position=1, name="n", words="w")
    NegativeCheck.objects.create(
        **here, project=project, item=forbidden, item_name="i", answer=words.word(), content_version=1, by_name="b"
    )
    for household in Household.objects.filter(**here):
        Beneficiary.objects.create(
            **here, household=household, household_code=household.code, head="h", item=item, project=project,
            kind="industry", year=2018,
        )  # fmt: skip


def _registered(place: int, words: Canaries) -> None:
    """An asset of a place with its contract, its yield and how that was shared out: among the households of a village,
    elsewhere to the collective."""
    here, day = {"division_id": place}, datetime.date(2017, 6, 1)
    asset = Asset.objects.create(
        **here, name="n", number=f"Z{place}", kind="operating", form="shares", value=9, year=2017, source="special",
        acquired_on=day, site="s", owner_kind="collective", owner="o", state="distributed", round=1,
        confirmed_on=day, registered_on=day,
    )  # fmt: skip
    of = {**here, "asset": asset}
    AssetContract.objects.create(
        **of, operator=words.word(), income_form="lease", from_on=day, until_on=datetime.date(2020, 1, 1),
        yearly_yield=5,
    )  # fmt: skip
    AssetYield.objects.create(**of, year=2018, amount=50, received_on=day, voucher_no=words.word())
    households = list(Household.objects.filter(**here))
    distribution = AssetDistribution.objects.create(
        **of, year=2018, amount=50, collective=50 - len(households), met_on=day, present=3, minutes=words.word(),
        distributed_on=day,
    )  # fmt: skip
    for household in households:
        DistributionLine.objects.create(
            **here, distribution=distribution, household=household, household_code=household.code, head="h",
            person=words.word(), amount=1,
        )  # fmt: skip
    AssetDistribution.objects.filter(pk=distribution.pk).update(state="distributed")
    log = {"round": 1, "by_name": "b", "to_state": "distributed"}
    AssetLog.objects.create(**of, **log, step="receive", note=words.word())
    DistributionLog.objects.create(**here, **log, distribution=distribution, step="pay_out", note=words.word())


def _made_public(place: int, by: User, word: str) -> None:
    """A notice with everything that can hang off it; its web copy holds nothing but that there is one."""
    here, now, day = {"division_id": place}, timezone.now(), datetime.date(2018, 6, 1)
    told = {"kind": "fund_use", "level": codes.level(place), "title": "n"}
    found = PublicNotice.objects.create(**here, **told, prepared_by=by, state_since=now)
    of = {**here, "notice": found}
    NoticeObjection.objects.create(**of, received_on=day, due_on=day, text="o", answer="a", answered_on=day)
    pictures = {name: ContentFile(word.encode(), "a.jpg") for name in ("image", "thumbnail")}
    NoticePhoto.objects.create(**of, posting=1, at=now, by_name=word, width=1, height=1, **pictures)
    NoticeLog.objects.create(**of, at=now, by_name=word, step="prepare", to_state="prepared", note=word)
    Publication.objects.create(**of, **told, posted_on=day)


COMPLAINED = {REGION: LEAGUE, LEAGUE: COUNTY, COUNTY: TOWNSHIP, TOWNSHIP: OWN, 150522000000: OTHER_LEAGUE}
"""Units that handle a complaint, each about a place below it; those complained about mostly have a desk themselves."""


def _complained(place: int, concerned: int, words: Canaries) -> None:
    """A complaint with everything that can hang off it, each with a word of its own."""
    here, day = {"division_id": place}, datetime.date(2018, 6, 1)
    found = Complaint.objects.create(
        **here, number=f"XF{place}", kind="funds", channel="phone", concerned_id=concerned, named=True,
        state="answered", state_since=timezone.now(), received_on=day, answered_on=day, result="duty", confirmed=True,
    )  # fmt: skip
    of = {**here, "complaint": found}
    Complainant.objects.create(**of, name=hidden(words.word()), contact=hidden("13948170000"))
    Statement.objects.create(**of, text=words.word())
    picture = ContentFile(words.word().encode(), "a.jpg")
    ComplaintPhoto.objects.create(**of, at=timezone.now(), width=1, height=1, image=picture)
    log = {"round": 1, "by_name": "b", "step": "answer", "to_state": "answered", "note": words.word()}
    ComplaintLog.objects.create(**of, **log)


def _inspected(place: int, member: User | None, words: Canaries) -> None:
    """An inspection run by a place, with a team, a sample, a form about one of its units and what the place was told;
    `member` is on the team by his account. The league has not told the county yet that it comes."""
    here, day = {"division_id": place}, datetime.date(2018, 6, 1)
    said = {"title": "t", "kind": "unannounced", "from_on": day, "until_on": day}
    found = Inspection.objects.create(**here, **said, number=f"J{place}", basis="b", state="running")
    team = InspectionTeam.objects.create(**here, inspection=found, number=1, name="n")
    TeamMember.objects.create(**here, inspection=found, team=team, account=member, name="n")
    told = {**said, "inspection": found, "number": found.number, "run_by_id": place}
    InspectionTarget.objects.create(**here, **told, place_id=place, opened_on=day)
    if place == LEAGUE:
        InspectionTarget.objects.create(**here, **told, place_id=COUNTY)
    of = {**here, "inspection": found}
    log = {"round": 1, "by_name": "b", "to_state": "running"}
    InspectionLog.objects.create(**of, **log, step="start", note=words.word())
    template = FormTemplate.objects.create(**here, title="t", unit="household")
    FormQuestion.objects.create(**here, template=template, position=1, text="q", kind="text")
    drawn = {"unit": "household", "method": "size", "seed": 1, "population": 9, "size": 1, "digest": "0" * 32}
    sample = Sample.objects.create(**of, **drawn, drawn_on=day, drawn_by_name="b", template_title=words.word())
    household = Household.objects.filter(**here).first()
    unit = SampledUnit.objects.create(
        **of, sample=sample, position=1, place_id=place, household=household, head=words.word()
    )
    now = timezone.now()
    form = SiteForm.objects.create(
        **of, unit=unit, place_id=place, client_id=uuid4(), digest="0" * 64, author_name="a", written_at=now,
        received_at=now, remark=words.word(),
    )  # fmt: skip
    SiteFormConflict.objects.create(
        **of, form=form, digest="1" * 64, author_name=words.word(), received_at=now, content={}
    )
    word = words.word()
    pictures = {name: ContentFile(word.encode(), "a.jpg") for name in ("image", "thumbnail")}
    SiteFormPhoto.objects.create(**of, form=form, slot=0, sha256=word, at=now, width=1, height=1, **pictures)


def _troubled(place: int, words: Canaries) -> None:
    """A problem that the place itself puts right, with everything that can hang off it."""
    here, day = {"division_id": place}, datetime.date(2018, 6, 1)
    found = Problem.objects.create(
        **here, number=f"W{place}", year=2018, area="help", object="o", fact=words.word(), kind="alike", unit_id=place,
        department="d", leader="l", found_on=day, due_on=day, next_due_on=day, state="in_progress", plan=1,
        plan_approved_on=day,
    )  # fmt: skip
    of = {**here, "problem": found}
    ProblemLog.objects.create(
        **of, round=0, by_name="b", step="approve_plan", to_state="in_progress", note=words.word()
    )
    RectificationMeasure.objects.create(**of, plan=1, position=1, text=words.word(), by_on=day, checked_by="c")
    ProgressReport.objects.create(**of, kind="monthly", period=day, percent=1, text=words.word())
    pictures = {name: ContentFile(b"p", "a.jpg") for name in ("image", "thumbnail")}
    ProblemPhoto.objects.create(
        **of, of="fact", round=0, at=timezone.now(), by_name=words.word(), width=1, height=1, **pictures
    )
    word, paper = words.word(), {"kind": "pdf", "size": 1, "file": ContentFile(b"%PDF-", "a.pdf")}
    ProblemFile.objects.create(**of, of="fact", round=0, at=timezone.now(), by_name="b", name=word, **paper)
    letter = SupervisionLetter.objects.create(
        **of, issuer_id=place, year=2018, sequence=1, number=f"L{place}", unit_id=place, department="d",
        text=words.word(), old_due_on=day, due_on=day, issued_on=day,
    )  # fmt: skip
    EscalationStep.objects.create(
        **of, rung="letter", due_on=day, days=5, reached_on=day, done_on=day, done_by_name=words.word(), letter=letter
    )
    LadderRung.objects.create(**here, rung="letter", days=6)


def _delivered(place: int, by: User) -> None:
    """A department's data of a place: a version in force with a row of somebody, and a row that was refused."""
    day = datetime.date(2018, 12, 31)
    version = DatasetVersion.objects.create(
        dataset="CA-DB", division_id=place, as_of=day, state="accepted", rows=1, index_key=index_key()
    )
    for model in tables().values():
        stored(model, version)
    delivery = Delivery.objects.create(
        dataset="CA-DB",
        division_id=place,
        period=day,
        version=version,
        by=by,
        state="accepted",
        rows=2,
        accepted=1,
        refused=1,
    )
    DeliveryFault.objects.create(delivery=delivery, row_no=2)
    DeliveryChunk.objects.create(delivery=delivery, number=1, digest="0", rows=2, refused=1)


def _asked_much(client: Partner) -> None:
    """What a client leaves behind: the numbers of a day, and a search whose answer waits."""
    here = {"client": client, "division_id": client.division_id, "user_id": client.user_id}
    with scopes.activate(EVERYTHING):
        ClientDay.objects.create(**here, day=timezone.localdate(), questions=3, hits=1)
        SearchJob.objects.create(
            **here,
            transaction_id="t",
            callback="https://department.test/",
            scopes=["households:verify"],
            questions=Sealed.of("secret", "5B5D"),
            count=0,
            next_at=timezone.now(),
        )


def more_household(place: int, word: str, accounts: dict[str, Account], *, gone: bool = False) -> Household:
    """A household with everything that can hang off it; `word` is the canary of all its rows. `gone`: it is in the
    register no more, its member has left it, and its finding is closed."""
    status = CLOSED[1] if gone else "20"
    number = f"HH{place}{ord(word[0]) % 100:02d}{ord(word[2]) % 1000:03d}"  # of its own, like the word
    household = make_household(place, national_no=number, address=word, status=status)
    person = make_person(household, national_no=f"P{household.code}", is_active=not gone)
    make_person_year(person)
    make_household_year(household)
    day = datetime.date(2018, 6, 1)
    with scopes.activate(EVERYTHING):
        here = {"household": household, "division_id": place}
        HouseholdIncome.objects.create(**here, year=2018, wage=5000)
        GuaranteeStatus.objects.create(**here, year=2018)
        StatusEvent.objects.create(
            **here,
            kind="closed" if gone else "identified",
            status=status,
            on=day,
            note=word,
            by=accounts["county"].user,
        )
        NaturalChange.objects.create(
            **here,
            person=person,
            kind=codelist("natural_change").codes[0],
            happened_on=day,
            reported_by=accounts["village"].user,
        )
        HomeCheck.objects.create(**here, checked_on=day, checker=word, knows_helper=True, note=word)
        _borrowed(person, word)
        # Withdrawn, so that it opens nothing; the account it was for still reads of it.
        _share(household, accounts["stranger"].user, accounts["county"].user, word)
        finding = Finding.objects.create(
            rule="HH-01",
            object_kind="household",
            object_id=household.pk,
            household=household,
            division_id=place,
            severity="high",
            acting_level=4,
            found_on=day,
            due_on=day,
            state="closed" if gone else "new",
            state_since=timezone.now(),
        )
        FindingLog.objects.create(
            **here,
            finding=finding,
            at=timezone.now(),
            by_name=word,
            to_state="new",
            note=word,
            file=ContentFile(word.encode(), f"{word}.txt"),
        )
        LinkCandidate.objects.create(
            **here,
            person=person,
            dataset="PS-HK",
            key=citizen_number(),
            name_there=word,
            born_there=day,
            sex_there="1",
            place_there=place,
            score=1,
            explanation=explanation({"name": 2, "born_on": 3, "sex": 1, "place": 2}),
            found_on=day,
        )
        _visited(household, accounts["stranger"].user, word)
    return household


def _borrowed(person: Person, word: str) -> None:
    """A loan of a household with something paid back, and the wish for it."""
    day = datetime.date(2018, 6, 1)
    here = {"household_id": person.household_id, "division_id": person.division_id}
    LoanWish.objects.create(**here, wished_on=day, purpose=word)
    loan = SmallLoan.objects.create(
        **here, borrower=person, borrower_name=word, bank=word, contract_no=word, amount=9, term_months=12,
        lent_on=day, due_on=day.replace(year=2019), real_enterprise=word, note=word,
    )  # fmt: skip
    LoanRepayment.objects.create(
        **here, loan=loan, on=day, principal=1, voucher=word, bank_line=word, note=word, made_by_name=word
    )


def _visited(household: Household, by: User, word: str) -> None:
    """A visit with a photo and everything else that can hang off it. Who wrote it has no right at any place."""
    then = datetime.datetime(2018, 6, 1, 8, tzinfo=datetime.UTC)
    here = {"household": household, "division_id": household.division_id, "author": by}
    sent = {"client_id": uuid4(), "visited_on": then.date(), "received_at": then}
    receipt = VisitReceipt.objects.create(**here, **sent, digest="0" * 64)
    said = {"author_name": word, "text": word}
    notes = dict.fromkeys(("situation", "help_given", "policies", "persons_met", "problem"), word)
    visit = Visit.objects.create(**here, **sent, **said, **notes, id=receipt.pk, visited_at=then)
    VisitConflict.objects.create(
        **here, **said, visit=visit, client_id=visit.client_id, digest="1" * 64, visited_at=then, received_at=then
    )
    VisitCorrection.objects.create(**here, **said, visit=visit, reason=word)
    photo = VisitPhoto.objects.create(
        **here,
        visit=visit,
        slot=0,
        size=3,
        sha256="2" * 64,
        part=uuid4().hex,
        received=3,
        state="done",
        image=ContentFile(word.encode(), "a.jpg"),
        thumbnail=ContentFile(word.encode(), "b.jpg"),
    )
    VisitMark.objects.create(**here, visit=visit, kind="photo_repeated", value=100, photo=photo)
    VisitTask.objects.create(
        **here, visit=visit, problem=word, raised_on=then.date(), due_on=then.date(), owner_name=word, remark=word
    )


def _share(household: Household, user: User, by: User, word: str, *, withdrawn: bool = True) -> None:
    Share.objects.create(
        household=household,
        division_id=household.division_id,
        user=user,
        user_name=word,
        reason=word,
        shared_by=by,
        shared_by_name=word,
        valid_until=timezone.now() + datetime.timedelta(hours=3),
        withdrawn_at=timezone.now() if withdrawn else None,
    )


def _papers(user: User, kind: Kind, word: str, asked_for: str, *, gone: bool = False) -> None:
    """What belongs to an account itself: a line of the access log, an export, an import. `gone`: thrown away."""
    here = {"user": user, "division_id": user.division_id}
    log_access(user, "reveal", division=user.division_id, reason=word)
    done = timezone.now() - datetime.timedelta(days=3) if gone else timezone.now()
    job = ExportJob.objects.create(
        **here, resource=LIST, title=word, query="", state=ExportJob.State.DONE, finished_at=done
    )
    if "export_register" in kind.may and not codes.contains(user.division_id, REGION):
        asked = ExportJob.objects.create(**here, resource=LIST, title=asked_for, query="", state=ExportJob.State.ASKED)
        ExportApproval.objects.create(
            **here,
            job=asked,
            user_name=asked_for,
            title=asked_for,
            resource=LIST,
            criteria=asked_for,
            columns=["code", "phone"],
            rows=9000,
            reason=asked_for,
            acting_division=COUNTY,
        )
    if "import_register" in kind.may:
        ImportBatch.objects.create(
            division_id=user.division_id,
            requested_by=user,
            kind="register",
            file_name=word,
            file_size=1,
            file_hash="0",
            state=ImportBatch.State.DISCARDED if gone else ImportBatch.State.SHOWN,
        )
    asker = User.objects.exclude(pk=user.pk).order_by("pk").first()
    if not gone:
        Reset.objects.create(
            **here,
            user_name=word,
            what=Reset.What.PASSWORD,
            reason=word,
            asked_by=asker,
            asked_by_name=word,
            expires_at=timezone.now() + datetime.timedelta(days=1),
        )
    job.path.parent.mkdir(parents=True, exist_ok=True)
    job.path.write_text(word)


OF_INSPECTIONS = (
    *(Inspection, InspectionTeam, InspectionTarget, InspectionLog),
    *(Sample, SampledUnit, SiteForm, SiteFormConflict, SiteFormPhoto),
)

LIST = "apps.households.tables.households.HouseholdResource"

PLANTED: tuple[type[models.Model], ...] = (
    HelpingUnit,
    Cadre,
    TaskForce,
    Duty,
    Attendance,
    CountyChief,
    HomeCheck,
    SmallLoan,
    LoanRepayment,
    LoanWish,
    RiskFund,
    Pairing,
    Household,
    HouseholdYear,
    HouseholdIncome,
    GuaranteeStatus,
    StatusEvent,
    NaturalChange,
    Person,
    PersonYear,
    Finding,
    FindingLog,
    LinkCandidate,
    VisitReceipt,
    Visit,
    VisitConflict,
    VisitCorrection,
    VisitPhoto,
    VisitMark,
    VisitTask,
    LastVisit,
    IndicatorSet,
    Indicator,
    AssessmentRound,
    CadreAssessment,
    Score,
    AssessmentLog,
    EffectAssessment,
    EffectScore,
    EffectLog,
    EffectProblem,
    EffectTarget,
    SiteResult,
    Quota,
    Project,
    Allocation,
    FundOrder,
    OrderLine,
    OrderLog,
    Entry,
    Payment,
    ApprovalBand,
    ClosedYear,
    Reconciliation,
    ReconciliationSettlement,
    LedgerCheck,
    LibraryItem,
    LibraryLog,
    ProjectLog,
    ProjectProgress,
    ProgressPhoto,
    NegativeItem,
    NegativeCheck,
    Beneficiary,
    Asset,
    AssetLog,
    AssetContract,
    AssetYield,
    AssetDistribution,
    DistributionLine,
    DistributionLog,
    PublicNotice,
    NoticeObjection,
    NoticePhoto,
    NoticeLog,
    Inspection,
    InspectionTeam,
    TeamMember,
    InspectionTarget,
    InspectionLog,
    FormTemplate,
    FormQuestion,
    Sample,
    SampledUnit,
    SiteForm,
    SiteFormConflict,
    SiteFormPhoto,
    Problem,
    ProblemLog,
    RectificationMeasure,
    ProgressReport,
    ProblemFile,
    ProblemPhoto,
    SupervisionLetter,
    EscalationStep,
    LadderRung,
    Complaint,
    Complainant,
    Statement,
    ComplaintPhoto,
    ComplaintLog,
    Share,
    Run,
    Village,
    VillageYear,
    RuralAllowance,
    Delivery,
    DeliveryFault,
    User,
    Post,
    Reset,
    AccessLog,
    ExportJob,
    ExportApproval,
    ImportBatch,
    Partner,
    ClientDay,
    SearchJob,
)
LOOKUPS: dict[type[models.Model], str] = {ExportJob: "export", ExportApproval: "export-request"}
# Rows that the application cannot change: their canary is the one they were made with.
MADE_WITH = {
    StatusEvent: "note",
    FindingLog: "note",
    Visit: "text",
    VisitConflict: "text",
    VisitCorrection: "text",
    AssessmentLog: "note",
    EffectLog: "note",
    SiteResult: "note",
    LoanRepayment: "note",
    Quota: "document_no",
    OrderLog: "note",
    Entry: "document_no",
    Payment: "payee_name",
    ClosedYear: "closed_by_name",
    Reconciliation: "voucher_no",
    ReconciliationSettlement: "reason",
    LedgerCheck: "found",
    LibraryLog: "note",
    ProjectLog: "note",
    NegativeCheck: "answer",
    ProgressPhoto: "by_name",
    AssetLog: "note",
    AssetContract: "operator",
    AssetYield: "voucher_no",
    AssetDistribution: "minutes",
    DistributionLine: "person",
    DistributionLog: "note",
    NoticePhoto: "by_name",
    NoticeLog: "note",
    InspectionLog: "note",
    Sample: "template_title",
    SampledUnit: "head",
    SiteForm: "remark",
    SiteFormConflict: "author_name",
    SiteFormPhoto: "sha256",
    Problem: "fact",
    ProblemLog: "note",
    RectificationMeasure: "text",
    ProgressReport: "text",
    ProblemPhoto: "by_name",
    ProblemFile: "name",
    SupervisionLetter: "text",
    EscalationStep: "done_by_name",
    Statement: "text",
    ComplaintLog: "note",
    AccessLog: "reason",
    ExportJob: "title",
    ExportApproval: "title",
    ImportBatch: "file_name",
}


def _collect(accounts: dict[str, Account], words: Canaries) -> World:
    resources = {route.resource.name: route.resource for route in routes() if route.resource is not None}
    names = {resource.model: name for name, resource in resources.items()} | LOOKUPS
    rows: dict[str, list[Row]] = defaultdict(list)
    canaries: dict[str, list[Row]] = defaultdict(list)
    with scopes.activate(EVERYTHING):
        connection.finish()  # type: ignore[attr-defined]  # the access log is written when a transaction ends
        shared = dict(Household.objects.values_list("pk", "address"))
        closed = frozenset(Household.objects.filter(status__in=CLOSED).values_list("pk", flat=True))
        for model in PLANTED:
            for found in model._default_manager.order_by("pk"):
                row = _row(names.get(model, model._meta.label_lower), found, closed)
                rows[row.resource].append(row)
                if model in MADE_WITH:
                    word = getattr(found, MADE_WITH[model])
                elif isinstance(found, Complainant):
                    word = words_of(found.name)
                elif isinstance(found, ComplaintPhoto):
                    with found.image.open("rb") as kept:
                        word = kept.read().decode()
                else:
                    word = shared.get(row.household or 0) or words.word()
                    if texts := texts_of(model):
                        model._base_manager.filter(pk=found.pk).update(**dict.fromkeys(texts, word))
                # An indicator's code is a word of the catalogue, and no secret.
                code = (
                    ""
                    if isinstance(found, Indicator | Score | EffectScore | SiteResult)
                    else getattr(found, "code", "")
                )
                # The code of a household stands in some rows beside it, for those who do not see the register.
                beside = getattr(found, "household_code", "") if model in MADE_WITH else ""
                for text in (word, code, getattr(found, "national_no", ""), beside):
                    if text:
                        canaries[text].append(row)
        numbers = [
            sealed.clear()
            for model, name in (
                (Person, "id_no"),
                (Household, "phone"),
                (Household, "bank_account"),
                (Payment, "payee_account"),
            )
            for sealed in model._default_manager.values_list(name, flat=True)
        ]
        kinds = {name: model for model, name in names.items()} | {
            model._meta.label_lower: model for model in PLANTED if model not in names
        }
        rows["division"] = [
            Row("division", code, code, "any", gone=bool(ended_on))
            for code, ended_on in Division.objects.values_list("pk", "ended_on")
        ]
        posts = defaultdict(list)
        for user, role, place in Post.objects.valid(timezone.now()).values_list("user", "role__name", "division_id"):
            posts[user].append((role, place))
    world = World(accounts, dict(rows), dict(canaries), numbers, resources, kinds, dict(posts))
    for account in accounts.values():
        account.world = world
        if account.user is not None:
            scopes.forget(account.user)
    return world


def _owner(name: str, found: Any) -> int | None:
    """Whose a row is, whatever its place: who asked for it, whom it is of, who is on the team of its inspection."""
    if name == "import":
        return found.requested_by_id
    if isinstance(found, OF_INSPECTIONS):
        inspection = found.pk if isinstance(found, Inspection) else found.inspection_id
        return TeamMember.objects.get(inspection=inspection).account_id
    return attrgetter(found.own_lookup.replace("__", "."))(found) if found.own_lookup else None


def _row(name: str, found: Any, closed: frozenset[int]) -> Row:
    lookup = found.household_lookup
    return Row(
        resource=name,
        key=found.pk,
        place=getattr(found, found.place_attname),
        # Exports and imports are their maker's alone, whatever an administrator may know of them.
        realm="none" if name in ("export", "import") else found.realm,
        household=getattr(found, lookup) if lookup else None,
        owner=_owner(name, found),
        also=found.user.division_id if isinstance(found, Post) else None,
        gone=_is_gone(found, closed),
    )


def _is_gone(found: Any, closed: frozenset[int]) -> bool:
    """Whether a row is kept of something that has ended."""
    now = timezone.now()
    match found:
        case Household():
            return found.pk in closed
        case User():
            return not found.is_active
        case Post():
            return found.valid_until is not None and found.valid_until <= now
        case Share():
            return found.withdrawn_at is not None or found.valid_until <= now
        case ExportJob():
            return not found.ready
        case ImportBatch():
            return found.state == ImportBatch.State.DISCARDED
        case Partner():
            return not found.enabled
        case Village():
            return found.division_id in (MERGED, MERGED_FAR)
    return getattr(found, "household_id", None) in closed
