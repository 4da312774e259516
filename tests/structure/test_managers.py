"""No page, API class, form, filter or table reaches rows past the scope, and no view stands outside the base classes.

Both walls have their own tests (`tests/access`); this one keeps the first of them where a reader expects it. What is
exempted is named with its reason, and an exemption that nothing needs any more fails.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Model
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from apps.access.models import PlacedModel
from apps.pages.api import ReadingViewSet
from apps.pages.export_views import ExportPage
from apps.pages.views import ResourceView
from tests.access.routes import Route, routes

ROOT = Path(__file__).resolve().parents[2]
SURFACES = re.compile(r"(?:^|_)(?:views|api|forms|filters|tables|serializers)$")
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SCOPED = {"visible_to", "editable_by", "none"}
PAST_THE_ORM = {"raw", "extra", "cursor", "RawSQL"}

# Rows reached in another way, by module and function: why the scope still holds there.
EXEMPT: dict[str, str] = {}

# Views that are neither pages of a resource nor viewsets of one, and why.
OWN_VIEWS = {
    "apps.common.health.healthz": "says whether the process lives; no rows",
    "apps.accounts.views.sign_in": "before there is an account",
    "apps.accounts.views.second_step": "before there is a session",
    "apps.accounts.views.enrol": "before there is a session",
    "apps.accounts.views.sign_out": "ends the session; no rows",
    "apps.accounts.own_views.change_password": "the account itself",
    "apps.accounts.own_views.second_factor": "the account itself",
    "apps.accounts.own_views.notice_list": "one's own notices",
    "apps.accounts.key_views.sign_in_challenge": "before there is a session",
    "apps.accounts.key_views.add_challenge": "the account itself",
    "apps.accounts.own_views.session_list": "one's own sessions",
    "apps.accounts.own_views.session_end": "one's own sessions",
    "apps.accounts.own_views.session_end_others": "one's own sessions",
    "apps.accounts.api.SessionView": "the account itself",
    "apps.accounts.api.PasswordView": "the account itself",
    "apps.accounts.api.SecondFactorView": "the account itself",
    "apps.accounts.api.OwnSessionsView": "one's own sessions",
    "apps.accounts.api.OwnSessionView": "one's own sessions",
    "apps.pages.languages.set_language": "the account itself",
    "apps.pages.shell_views.place_menu": "divisions only, which are open to read",
    "apps.pages.shell_views.place_picker": "divisions only, which are open to read",
    "apps.pages.search.search_page": "asks searchers, each of which begins with visible rows",
    "apps.pages.export_views.export_list": "one's own exports",
    "apps.pages.export_views.export_detail": "one's own exports",
    "apps.pages.export_views.export_file": "one's own exports",
    "apps.pages.approval_views.WaitingPage": "requests that the account may decide",
    "apps.pages.approval_views.DecidePage": "one request that the account may decide",
    "apps.pages.dictionary.DictionaryPage": "the fields that are kept; no rows",
    "apps.pages.dictionary.DictionaryView": "the fields that are kept; no rows",
    "apps.pages.docs_views.api_docs": "the schema as a page; no rows",
    "apps.partners.views.developers_page": "how to ask; no rows",
    "drf_spectacular.views.SpectacularAPIView": "the schema; no rows",
    "apps.cadres.imports.template.template": "the columns of a workbook; no rows",
    "apps.cadres.imports.template.home_check_template": "the columns of a workbook; no rows",
    "apps.funds.asset_views.import_template": "the columns of a workbook; no rows",
    "apps.measures.imports.template.loan_template": "the columns of a workbook; no rows",
    "apps.measures.imports.template.repayment_template": "the columns of a workbook; no rows",
    "apps.dashboards.loan_coverage_views.LoanCoveragePage": "counts of visible wishes and loans by unit",
    "apps.dashboards.loan_coverage_views.LoanCoverageView": "counts of visible wishes and loans by unit",
    "apps.households.imports.template.template": "the code lists as a workbook; no rows",
    "apps.households.views.RevealPage": "one number of a visible row, written to the access log",
    "apps.households.file_views.PersonFilePage": "one visible person, with visible rows only",
    "apps.households.file_views.LookersPage": "one visible person; its service lends the log for this question",
    "apps.cadres.card_views.CardPage": "the card of one visible household, with visible pairings and duties",
    "apps.cadres.card_views.OpenPage": "leads to one visible household, and nowhere else",
    "apps.crosschecks.views.FindingFilePage": "a file of a visible finding",
    "apps.crosschecks.views.RulesPage": "counts of visible findings by rule",
    "apps.crosschecks.statistics_views.StatisticsPage": "counts of visible findings by rule and unit",
    "apps.crosschecks.statistics_api.StatisticsView": "counts of visible findings by rule and unit",
    "apps.crosschecks.views.RulePage": "counts of visible findings by rule",
    "apps.crosschecks.views.WhatIfPage": "counts of visible rows by unit",
    "apps.crosschecks.views.ThresholdPage": "thresholds, which are open to read",
    "apps.visits.track_views.TrackPage": "positions of visible visits, where personal data are open; on record",
    "apps.visits.views.CorrectPage": "one visible visit, of the author himself",
    "apps.visits.write_views.WritePage": "a visit to a visible household, by its service",
    "apps.visits.phone_views.page": "the same for everybody; no rows",
    "apps.visits.phone_views.worker": "files of the interface; no rows",
    "apps.visits.phone_views.manifest": "names of the interface; no rows",
    "apps.visits.phone_api.PhoneKeyView": "the account's own key",
    "apps.visits.phone_api.PhoneHouseholdsView": "visible households that the account may write of",
    "apps.funds.balance_views.BalancePage": "sums of visible entries",
    "apps.funds.balance_views.BalanceView": "sums of visible entries",
    "apps.funds.project_api.LibraryStepView": "one visible item of the library",
    "apps.funds.project_api.ProjectStepView": "one visible project",
    "apps.funds.photo_views.ProgressPhotoPage": "a photo of one visible month of a project",
    "apps.funds.photo_views.ProgressPhotosView": "one visible month of a project",
    "apps.funds.photo_views.ProgressPhotoImageView": "a photo of one visible month of a project",
    "apps.funds.asset_api.AssetStepView": "one visible asset",
    "apps.funds.asset_api.DistributionStepView": "one visible distribution",
    "apps.funds.api.OrderStepView": "one visible order",
    "apps.funds.api.ReceiveView": "one visible quota",
    "apps.funds.reconciliation_views.SettleView": "one visible voucher",
    "apps.funds.reconciliation_views.TotalsView": "sums of visible vouchers",
    "apps.funds.notice_views.NoticePreparePage": "one visible quota, item or project; its service prepares the notice",
    "apps.funds.notice_views.NoticePrepareView": "one visible quota, item or project; its service prepares the notice",
    "apps.assessments.views.CountedPage": "one visible score, with visible rows only",
    "apps.assessments.views.SheetPage": "one visible assessment",
    "apps.assessments.api.AssessmentStepView": "one visible assessment",
    "apps.assessments.api.AssessmentStepsView": "visible assessments; its service refuses the others",
    "apps.notices.views.NoticePhotoPage": "a photo of one visible notice",
    "apps.inspections.views.SitePhotoPage": "a photo of one visible form",
    "apps.inspections.api.InspectionStepView": "one visible inspection",
    "apps.inspections.api.ReplaceView": "one visible sampled unit",
    "apps.inspections.api.LateProblemView": "one visible form",
    "apps.inspections.api.SiteFormPhotoView": "one visible form, of the author himself",
    "apps.inspections.api.SiteFormPhotoImageView": "a photo of one visible form",
    "apps.inspections.api.PhoneInspectionsView": "visible inspections whose team the account is on",
    "apps.problems.standing_views.StandingPage": "counts of visible problems and letters by unit",
    "apps.problems.standing_views.StandingView": "counts of visible problems and letters by unit",
    "apps.problems.report_views.ReportPage": "counts of visible problems by unit",
    "apps.problems.report_views.ReportView": "counts of visible problems by unit",
    "apps.dashboards.bulletin_views.BulletinPage": "counts of visible rows",
    "apps.dashboards.bulletin_views.BulletinView": "counts of visible rows",
    "apps.problems.views.import_template": "the columns of a workbook; no rows",
    "apps.problems.views.ProblemPhotoPage": "a photo of one visible problem",
    "apps.problems.views.ProblemFilePage": "a file of one visible problem",
    "apps.problems.file_api.ProblemPhotosView": "one visible problem",
    "apps.problems.file_api.ProblemFilesView": "one visible problem",
    "apps.problems.file_api.ProblemPhotoImageView": "a photo of one visible problem",
    "apps.problems.file_api.ProblemFileView": "a file of one visible problem",
    "apps.problems.views.SitePhotoPage": "a photo of the form that raised one visible problem",
    "apps.problems.views.SheetPage": "one visible problem",
    "apps.problems.views.LetterSheetPage": "one visible letter",
    "apps.problems.api.ProblemStepView": "one visible problem",
    "apps.problems.api.ReceiveView": "one visible letter",
    "apps.assessments.effect_views.EffectCountedPage": "one visible score, with visible rows only",
    "apps.assessments.effect_views.EffectSheetPage": "one visible assessment of a place",
    "apps.assessments.effect_views.RankingPage": "visible results, and of a group what its scheme publishes",
    "apps.assessments.effect_views.site_template": "the columns of a workbook; no rows",
    "apps.assessments.effect_views.target_template": "the columns of a workbook; no rows",
    "apps.assessments.effect_api.EffectStepView": "one visible assessment of a place",
    "apps.assessments.effect_api.RankingView": "visible results, and of a group what its scheme publishes",
    "apps.notices.views.PosterPage": "one visible notice",
    "apps.notices.api.NoticeStepView": "one visible notice",
    "apps.notices.api.NoticePhotosView": "one visible notice",
    "apps.notices.api.NoticePhotoImageView": "a photo of one visible notice",
    "apps.complaints.views.AuthorPage": "one visible complaint; its service asks for the desk, on record",
    "apps.complaints.views.AnswerPage": "one visible complaint; its service asks for the desk, on record",
    "apps.complaints.views.ComplaintPhotoPage": "a photo of a complaint that the desk handles",
    "apps.complaints.views.NumbersPage": "numbers of visible complaints, small ones left out",
    "apps.complaints.api.ComplaintNumbersView": "numbers of visible complaints, small ones left out",
    "apps.complaints.api.ComplaintStepView": "one visible complaint",
    "apps.complaints.api.ComplaintAuthorView": "one visible complaint; its service asks for the desk, on record",
    "apps.complaints.api.ComplaintPhotosView": "one visible complaint; its service asks for the desk",
    "apps.complaints.api.ComplaintPhotoView": "a photo of a complaint that the desk handles",
    "apps.publicsite.complaint_views.start_page": "names of places, by a role that reads nothing else",
    "apps.publicsite.complaint_views.complaint_page": "hands in a complaint by a function of the database",
    "apps.publicsite.complaint_views.follow_page": "one complaint for its secret, by a function of the database",
    "apps.publicsite.complaint_views.numbers_page": "published numbers, by a function of the database",
    "apps.publicsite.complaint_api.ComplaintsView": "hands in a complaint by a function of the database",
    "apps.publicsite.complaint_api.ComplaintStateView": "one complaint for its secret, by a function of the database",
    "apps.publicsite.views.place_page": "what was published, by a role that reads nothing else",
    "apps.publicsite.views.notice_page": "what was published, by a role that reads nothing else",
    "apps.publicsite.views.robots": "what crawlers may read; no rows",
    "apps.publicsite.views.sitemaps": "what was published, by a role that reads nothing else",
    "apps.publicsite.views.sitemap": "what was published, by a role that reads nothing else",
    "apps.publicsite.api.PublicNoticesView": "what was published, by a role that reads nothing else",
    "apps.publicsite.api.PublicNoticeView": "what was published, by a role that reads nothing else",
    "apps.crosschecks.api.CheckView": "one visible household",
    "apps.crosschecks.api.StepView": "one visible finding",
    "apps.crosschecks.bulk_api.StepsView": "visible findings; its service refuses the others",
    "apps.crosschecks.api.RuleViewSet": "counts of visible findings by rule",
    "apps.pages.api.ExportViewSet": "one's own export jobs",
    "apps.households.sharing_views.HouseholdSharePage": "one visible household",
    "apps.households.sharing_views.UrgentPage": "the one deliberate way beyond one's places; its service decides",
    "apps.pages.saved_views.SavedFilters": "one's own saved filters",
    "apps.pages.saved_views.DeleteSavedFilter": "one's own saved filters",
    "apps.partners.views.TokenView": "the one client that its id names",
    "apps.partners.api.VerifyView": "visible rows of the client's own scope, written to the access log",
    "apps.partners.spdci_api.SyncSearchView": "visible rows of the client's own scope, written to the access log",
    "apps.partners.spdci_api.SearchView": "a job of the client itself",
    "apps.partners.spdci_api.StatusView": "a job of the client itself",
    "apps.partners.deliveries_api.DeliveriesView": "a delivery of the client itself",
    "apps.partners.deliveries_api.DeliveryView": "a delivery of the client itself",
    "apps.partners.deliveries_api.ChunkView": "a delivery of the client itself",
    "apps.partners.deliveries_api.CompleteView": "a delivery of the client itself",
    "apps.datasets.views.DatasetsPage": "how fresh data are, which is no secret",
    "apps.datasets.views.DatasetPage": "how fresh data are, which is no secret",
    "apps.datasets.api.DatasetViewSet": "how fresh data are, which is no secret",
    "apps.dashboards.views.DeskPage": "figures of visible rows",
    "apps.dashboards.api.Indicators": "figures of visible rows",
    "apps.dashboards.live_views.LivePage": "visible visits, and figures of them",
    "apps.dashboards.live_views.LiveFeed": "visible visits, and figures of them",
    "apps.dashboards.live_api.LiveView": "visible visits, and figures of them",
    "apps.dashboards.field_summary_views.FieldSummaryPage": "figures of visible visits and pairings",
    "apps.dashboards.inspection_coverage_views.InspectionCoveragePage": "counts of visible inspected places",
    "apps.dashboards.coverage_views.CoveragePage": "figures of visible villages",
}

# Open without a session, and why.
PUBLIC = {
    "apps.common.health.healthz": "load balancers have no account",
    "apps.accounts.views.sign_in": "this is where one signs in",
    "apps.accounts.views.second_step": "the second half of it; asks for the first",
    "apps.accounts.key_views.sign_in_challenge": "a part of the second half; asks for the first",
    "apps.accounts.views.enrol": "the second half of a first sign-in; asks for the first",
    "apps.accounts.views.sign_out": "a session may have ended before it is left",
    "apps.accounts.api.SessionView": "POST signs in; the rest asks for a session itself",
    "apps.pages.languages.set_language": "the sign-in page is read in a language, too",
    "apps.pages.docs_views.api_docs": "partner departments read it before they have a client",
    "apps.partners.views.developers_page": "partner departments read it before they have a client",
    "drf_spectacular.views.SpectacularAPIView": "partner departments read it before they have a client",
    "apps.visits.phone_views.page": "it opens when the session has ended, too; whatever is personal comes by the API",
    "apps.visits.phone_views.worker": "a part of that page",
    "apps.visits.phone_views.manifest": "a part of that page",
    "apps.partners.views.TokenView": "a client has no session; its secret is in the body",
    "apps.publicsite.complaint_views.start_page": "names of places",
    "apps.publicsite.complaint_views.complaint_page": "anybody complains; a function of the database takes it",
    "apps.publicsite.complaint_views.follow_page": "whoever has number and secret follows a complaint",
    "apps.publicsite.complaint_views.numbers_page": "published numbers",
    "apps.publicsite.complaint_api.ComplaintsView": "anybody complains; a function of the database takes it",
    "apps.publicsite.complaint_api.ComplaintStateView": "whoever has number and secret follows a complaint",
    "apps.publicsite.views.place_page": "the public site",
    "apps.publicsite.views.notice_page": "the public site",
    "apps.publicsite.views.robots": "the public site",
    "apps.publicsite.views.sitemaps": "the public site",
    "apps.publicsite.views.sitemap": "the public site",
    "apps.publicsite.api.PublicNoticesView": "the public site",
    "apps.publicsite.api.PublicNoticeView": "the public site",
}

# Views that open their transactions themselves, and why.
OWN_TRANSACTIONS = {
    "apps.accounts.views.sign_in": "a refused sign-in must be counted",
    "apps.accounts.views.second_step": "a refused code must be counted",
    "apps.accounts.key_views.sign_in_challenge": "acts as the account of the half-session",
    "apps.accounts.views.enrol": "the session that it begins is outside of the stranger's scope",
    "apps.accounts.api.PasswordView": "a wrong old password must be counted",
    "apps.accounts.api.SecondFactorView": "a refused code must be counted",
    "apps.accounts.api.SessionView": "a refused sign-in must be counted",
    "apps.partners.views.TokenView": "the client is known only from the body",
    "apps.partners.api.VerifyView": "the client is known only from its token",
    "apps.partners.spdci_api.SyncSearchView": "the client is known only from its token",
    "apps.partners.spdci_api.SearchView": "the client is known only from its token",
    "apps.partners.spdci_api.StatusView": "the client is known only from its token",
    "apps.partners.deliveries_api.DeliveriesView": "the client is known only from its token",
    "apps.partners.deliveries_api.DeliveryView": "the client is known only from its token",
    "apps.partners.deliveries_api.ChunkView": "the client is known only from its token",
    "apps.partners.deliveries_api.CompleteView": "the client is known only from its token",
}


# --- querysets ---


@cache
def surfaces() -> tuple[Path, ...]:
    """The modules that stand between a request and the models."""
    return tuple(
        path
        for path in sorted((ROOT / "apps").rglob("*.py"))
        if "imports" not in path.parts  # its tables are those of a file; services write them
        and any(
            SURFACES.search(part) or part == "templatetags" for part in (*path.relative_to(ROOT).parts[:-1], path.stem)
        )
    )


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def uses(source: str, namespace: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """(function, line, what) of each way in a module's source to rows that no scope has narrowed."""

    def walk(node: ast.AST, inside: str, parent: ast.AST | None) -> Iterator[tuple[str, int, str]]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inside = f"{inside}.{node.name}".strip(".")
        if isinstance(node, ast.Attribute):
            scoped = isinstance(parent, ast.Attribute) and parent.attr in SCOPED
            if node.attr in MANAGERS and not scoped and not is_open(node.value, namespace):
                yield inside, node.lineno, ast.unparse(node)
            if node.attr in PAST_THE_ORM and isinstance(parent, ast.Call) and parent.func is node:
                yield inside, node.lineno, ast.unparse(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            if node.func.id.startswith(("get_object_or_404", "get_list_or_404")) and not is_open(first, namespace):
                yield inside, node.lineno, ast.unparse(node.func)
            if node.func.id in PAST_THE_ORM:
                yield inside, node.lineno, ast.unparse(node.func)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside, node)

    return walk(ast.parse(source), "", None)


def is_open(node: ast.AST | None, namespace: dict[str, Any]) -> bool:
    """Whether an expression names a model without a place: its rows belong to nobody in particular."""
    found = namespace.get(node.id) if isinstance(node, ast.Name) else None
    return isinstance(found, type) and issubclass(found, Model) and not issubclass(found, PlacedModel)


def found_uses() -> dict[str, str]:
    found = {}
    for path in surfaces():
        name = module_name(path)
        for function, line, what in uses(path.read_text(encoding="utf-8"), vars(importlib.import_module(name))):
            found[f"{name}.{function}"] = f"{path.relative_to(ROOT)}:{line} {what}"
    return found


def test_the_surfaces_are_found():
    names = {module_name(path) for path in surfaces()}
    assert names >= {"apps.pages.views", "apps.pages.api", "apps.households.filters", "apps.accounts.admin_views"}
    assert "apps.pages.templatetags.shell" in names


def test_rows_are_asked_for_through_the_scope_only():
    assert [what for where, what in found_uses().items() if where not in EXEMPT] == []


def test_no_exemption_is_stale():
    assert set(EXEMPT) - set(found_uses()) == set()


def test_the_search_for_managers_finds_what_it_is_for():
    namespace = {"Household": PlacedModel, "Division": type("Division", (), {})}
    source = """
class Page:
    def rows(self, user):
        a = Household.objects.visible_to(user)
        b = Household.objects.filter(pk=1)
        c = self.model._default_manager.all()
        d = self.model._default_manager.editable_by(user)
        e = Household.objects.visible_to(user).raw("SELECT 1")
        f = get_object_or_404(Household, pk=1)
        with connection.cursor() as cursor:
            pass
"""
    assert [(function, line) for function, line, _what in uses(source, namespace)] == [
        ("Page.rows", line) for line in (5, 6, 8, 9, 10)
    ]


# --- views ---


def view_name(route: Route) -> str:
    """The dotted name of a route's view."""
    view = route.view
    owner = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return f"{owner.__module__}.{owner.__qualname__}"


def is_on_a_base_class(route: Route) -> bool:
    owner = getattr(route.view, "view_class", None) or getattr(route.view, "cls", None)
    return isinstance(owner, type) and issubclass(owner, ResourceView | ExportPage | ReadingViewSet)


def is_public(route: Route) -> bool:
    """Whether a stranger reaches the view: REST classes look at the session themselves."""
    if owner := getattr(route.view, "cls", None):
        return IsAuthenticated not in owner.permission_classes or owner.get_permissions is not APIView.get_permissions
    return not getattr(route.view, "login_required", True)


def test_every_view_is_on_a_base_class_or_listed_with_its_reason():
    found = {view_name(route) for route in routes() if not is_on_a_base_class(route)}
    assert found == set(OWN_VIEWS)


def test_every_public_view_is_listed_with_its_reason():
    assert {view_name(route) for route in routes() if is_public(route)} == set(PUBLIC)


def test_every_view_with_transactions_of_its_own_is_listed_with_its_reason():
    found = {view_name(route) for route in routes() if getattr(route.view, "own_transactions", False)}
    assert found == set(OWN_TRANSACTIONS)
