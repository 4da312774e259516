"""Every address of the platform, read from the URL resolver; and what is declared about those that stand alone.

A route of a resource (a list, a detail page, a form …) needs no declaration: what it must answer follows from the
resource. Every other route is named in `ALONE`; a route that is neither fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from apps.pages.export_views import ExportPage
from apps.pages.print_views import PrintPage
from apps.pages.resources import Resource
from apps.pages.views import DetailPage, FormPage, HistoryPage, ListPage

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PAGES = {
    PrintPage: "export",
    ListPage: "list",
    ExportPage: "export",
    DetailPage: "detail",
    HistoryPage: "history",
    FormPage: "form",
}
ACTIONS = {"list": "list", "create": "create", "retrieve": "detail", "partial_update": "update", "export": "export"}


@dataclass(frozen=True)
class Route:
    """One address: its name with namespace, its pattern, the keys it takes, and the resource it belongs to.

    `kinds` says what each supported method does there: "list", "detail", "history", "form", "export", "create",
    "update", or "act" for what is a resource's own (reveal, close, …).
    """

    name: str
    pattern: str
    keys: tuple[str, ...]
    resource: type[Resource] | None
    kinds: dict[str, str]
    view: Any

    @property
    def api(self) -> bool:
        return self.pattern.startswith("api/")

    def __str__(self) -> str:
        return self.name or self.pattern


@cache
def routes() -> tuple[Route, ...]:
    """All of them, in the order in which they are tried."""
    return tuple(_walk(get_resolver(), "", "", {}))


def _walk(resolver: URLResolver, prefix: str, space: str, keys: dict[str, Any]) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        written, taken = prefix + str(pattern.pattern), {**keys, **pattern.pattern.converters}
        taken |= dict.fromkeys(getattr(pattern.pattern, "regex").groupindex)  # noqa: B009
        if isinstance(pattern, URLPattern):
            yield _route(pattern, written, space, tuple(taken))
        else:
            inner = ":".join(filter(None, (space, pattern.namespace)))
            yield from _walk(pattern, written, inner, taken)


def _route(pattern: URLPattern, written: str, space: str, keys: tuple[str, ...]) -> Route:
    view = pattern.callback
    owner = getattr(view, "view_class", None) or getattr(view, "cls", None)
    resource = getattr(view, "view_initkwargs", {}).get("resource") or getattr(owner, "resource", None)
    name = ":".join(filter(None, (space, pattern.name or "")))
    return Route(name, written, keys, resource, _kinds(view, owner, keys), view)


def _kinds(view: Any, owner: Any, keys: tuple[str, ...]) -> dict[str, str]:
    if actions := getattr(view, "actions", None):
        allowed = {method.upper() for method in owner.http_method_names}
        return {
            method.upper(): ACTIONS.get(action, "act")
            for method, action in actions.items()
            if method.upper() in allowed
        }
    kind = next((kind for base, kind in PAGES.items() if isinstance(owner, type) and issubclass(owner, base)), "act")
    if kind == "form":
        kind = "form" if keys else "new"
    methods = [method for method in METHODS if owner is None or hasattr(owner, method.lower())]
    # What a page of one row takes by POST is an act of its own.
    return {method: "act" if kind in ("detail", "list") and method != "GET" else kind for method in methods}


# --- routes that stand alone ---

Statuses = int | set[int] | Callable[[Any], set[int]]
Answers = dict[str, Statuses]


@dataclass(frozen=True)
class Alone:
    """What an account in general, and what a stranger without a session is answered; per method.

    `anonymous`: None means that the door is closed (the sign-in page, or 401 of the API). `rows` names the rows that
    the key of the address stands for: whoever does not see a row is answered 404. `keys` are keys that stand for no
    row. `gone`: what one's own row that is over answers, where that differs. `client`: a department's client with its
    token, where the address knows such. `by_row`: where one's own rows are not all answered alike.
    """

    signed_in: Answers
    anonymous: Answers | None = None
    rows: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    gone: Answers = field(default_factory=dict)
    client: Answers | None = None
    by_row: Callable[[Any, Any], set[int]] | None = None


def register(account: Any) -> set[int]:
    """For those who see some of the register."""
    return {200} if account.kind.register or account.households else {403}


def ranges(account: Any) -> set[int]:
    """For those who see the register of some place; households alone open nothing of a place."""
    return {200} if account.kind.register else {403}


def funds(account: Any) -> set[int]:
    """For those who see some money."""
    return {200} if account.kind.funds else {403}


def supervision(*done: int) -> Callable[[Any], set[int]]:
    """For those who see inspections somewhere."""
    return lambda account: set(done) if account.kind.supervision else {403}


def inspected(account: Any) -> set[int]:
    """For those who see inspections and the register of a place."""
    return {200} if account.kind.supervision and account.kind.register else {403}


def reviewing(*done: int) -> Callable[[Any], set[int]]:
    """For those who watch over problems somewhere."""
    return lambda account: set(done) if "review_rectification" in account.kind.may else {403}


def to_change(capability: str, *done: int) -> Callable[[Any], set[int]]:
    """For those who see some of the register: done by those with the right, refused to the others."""
    return lambda account: set(done) if capability in account.kind.may and account.kind.register else {403}


def importing(*done: int) -> Callable[[Any], set[int]]:
    """For those who may import somewhere."""
    return lambda account: set(done) if "import_register" in account.kind.may else {403}


def opening_urgently(*done: int) -> Callable[[Any], set[int]]:
    """For those who may open households outside their own places."""
    return lambda account: set(done) if "open_urgently" in account.kind.may else {403}


def taking_steps(*done: int) -> Callable[[Any], set[int]]:
    """For those who work off or review findings somewhere."""
    may = {"work_findings", "review_findings"}
    return lambda account: set(done) if may & set(account.kind.may) else {403}


def deciding(*done: int) -> Callable[[Any], set[int]]:
    """For those who may approve exports; one's own request is refused."""
    return lambda account: {*done} if "approve_exports" in account.kind.may else {403}


def taking_out(account: Any) -> set[int]:
    """The file of one's own export, for those who still may export."""
    return {200} if "export_register" in account.kind.may else {403}


def reading_whole(account: Any, row: Any) -> set[int]:
    """What is sensitive, of a row that the account sees."""
    return {200} if "view_personal_data" in account.kind.may or row.household in account.households else {403}


def freshness(account: Any) -> set[int]:
    """For those who see some of the register, or load data."""
    return {200} if account.kind.datasets else register(account)


def loading(*done: int) -> Callable[[Any], set[int]]:
    """For those who may load departments' data somewhere."""
    return lambda account: set(done) if "load_datasets" in account.kind.may else {403}


def visiting(*done: int) -> Callable[[Any], set[int]]:
    """For those who hand in visits: offices that change the register, and helpers of a household."""
    return lambda account: (
        set(done) if "change_register" in account.kind.may or account.kind.role == "helper" else {403}
    )


def positions(account: Any) -> set[int]:
    """For those who read personal data somewhere, and helpers of a household."""
    return {200} if "view_personal_data" in account.kind.may or account.households else {403}


def at_a_place(account: Any) -> set[int]:
    """For those who see the register of a place."""
    return {200} if account.kind.register else {403}


def desk(*done: int) -> Callable[[Any, Any], set[int]]:
    """What belongs to the handling unit of a complaint, of one that the account sees."""
    return lambda account, row: set(done) if account.may("handle_complaints", row) else {403}


RULE = {"rule": "HH-01"}
WHOLE = {"code": "150000000000"}

ALONE: dict[str, Alone] = {
    "healthz": Alone({"GET": 200}, {"GET": 200}),
    "accounts:sign-in": Alone({"GET": 302, "POST": 302}, {"GET": 200, "POST": 422}),
    "accounts:sign-out": Alone({"POST": 302}, {"POST": 302}),
    "accounts:change-password": Alone({"GET": 200, "POST": 422}),
    "accounts:second-step": Alone({"GET": 302, "POST": 302}, {"GET": 302, "POST": 302}),
    "accounts:enrol": Alone({"GET": 302, "POST": 302}, {"GET": 302, "POST": 302}),
    "accounts:second-factor": Alone({"GET": 200, "POST": 200}),
    "accounts:sign-in-key": Alone({"POST": 401}, {"POST": 401}),
    "accounts:key-challenge": Alone({"POST": 422}),
    "accounts:notices": Alone({"GET": 200}),
    "accounts:sessions": Alone({"GET": 200}),
    "accounts:session-end": Alone({"POST": 404}, keys={"key": "1"}),
    "accounts:sessions-end-others": Alone({"POST": 302}),
    "data-dictionary": Alone({"GET": 200}),
    "api:data-dictionary": Alone({"GET": 200}),
    "set_language": Alone({"POST": {302, 400}}, {"POST": {302, 400}}),
    "place-menu": Alone({"GET": 200}),
    "place-picker": Alone({"GET": 200}),
    "search": Alone({"GET": 200, "POST": 200}),
    "desk": Alone({"GET": 200}),
    "saved-filters": Alone({"GET": 200, "POST": 302}, keys={"resource": "household"}),
    "saved-filter-delete": Alone({"POST": 404}, keys={"key": "0"}),
    "export-list": Alone({"GET": 200}),
    "export-detail": Alone({"GET": 200}, rows="export"),
    "export-file": Alone({"GET": taking_out}, rows="export", gone={"GET": 404}),
    "export-waiting": Alone({"GET": deciding(200)}),
    "export-decide": Alone({"POST": {422, 403}}, rows="export-request"),
    "api:export-list": Alone({"GET": 200}),
    "api:export-detail": Alone({"GET": 200}, rows="export"),
    "api:export-file": Alone({"GET": taking_out}, rows="export", gone={"GET": 404}),
    "api:export-waiting": Alone({"GET": deciding(200)}),
    "api:export-approve": Alone({"POST": {200, 403}}, rows="export-request"),
    "api:export-refuse": Alone({"POST": {422, 403}}, rows="export-request"),
    "household-import-template": Alone({"GET": importing(200)}),
    "pairing-import-template": Alone({"GET": importing(200)}),
    "home-check-import-template": Alone({"GET": importing(200)}),
    "problem-import-template": Alone({"GET": importing(200)}),
    "asset-import-template": Alone({"GET": importing(200)}),
    "loan-import-template": Alone({"GET": importing(200)}),
    "loan-repayment-import-template": Alone({"GET": importing(200)}),
    "loan-coverage": Alone({"GET": at_a_place}),
    "api:loan-coverage": Alone({"GET": at_a_place}),
    "import-upload": Alone({"GET": importing(200), "POST": importing(422)}, keys={"kind": "register"}),
    "import-report": Alone({"GET": 404}, rows="import"),
    "api:import-refused": Alone({"GET": 404}, rows="import"),
    "household-reveal": Alone({"POST": {200, 403}}, rows="household"),
    "person-reveal": Alone({"POST": {200, 403}}, rows="person"),
    "person-file": Alone({"GET": {200, 403}}, rows="person"),
    "person-file-print": Alone({"GET": {200, 403}}, rows="person"),
    "person-lookers": Alone({"POST": {422, 403}}, rows="person"),
    "household-share": Alone({"POST": {200, 403}}, rows="household"),
    "household-urgent": Alone({"GET": opening_urgently(200), "POST": opening_urgently(422)}),
    "share-withdraw": Alone({"POST": {302, 403}}, rows="share"),
    "household-pair": Alone({"GET": to_change("change_register", 302), "POST": to_change("change_register", 302)}),
    "pairing-hand-over": Alone(
        {
            "GET": lambda account: {302} if "change_register" in account.kind.may else {403},
            "POST": lambda account: {302} if "change_register" in account.kind.may else {403},
        }
    ),
    "household-card": Alone({"GET": {200, 403}, "POST": {302, 403}}, rows="household"),
    "card-open": Alone({"GET": 404}, keys={"token": "nobodys"}),
    "cadre-reveal": Alone({"POST": {200, 403}}, rows="cadre"),
    "finding-steps": Alone({"GET": taking_steps(302), "POST": taking_steps(302)}),
    "finding-file": Alone({"GET": 200}, rows="crosschecks.findinglog", by_row=reading_whole),
    "rule-list": Alone({"GET": register}),
    "rule-statistics": Alone({"GET": register, "POST": to_change("export_register", 200)}),
    "rule-detail": Alone({"GET": register}, keys=RULE),
    "rule-what-if": Alone({"GET": lambda account: {404} if 200 in register(account) else {403}}, keys=RULE),
    "rule-threshold": Alone({"POST": to_change("manage_parameters", 422)}, keys=RULE),
    "api:schema": Alone({"GET": 200}, {"GET": 200}),
    "api:docs": Alone({"GET": 200}, {"GET": 200}),
    "api:session": Alone({"GET": 200, "POST": 400, "DELETE": 204}, {"GET": 401, "POST": 400, "DELETE": 401}),
    "api:password": Alone({"POST": 400}),
    "api:second-factor": Alone({"GET": 200, "POST": 200, "PUT": 400, "PATCH": 400, "DELETE": 400}),
    "api:own-sessions": Alone({"GET": 200, "DELETE": 204}),
    "api:own-session": Alone({"DELETE": 404}, keys={"key": "1"}),
    "api:indicator-list": Alone({"GET": 200}),
    "dataset-list": Alone({"GET": freshness}),
    "dataset-detail": Alone({"GET": freshness}, keys={"code": "CA-DB"}),
    "api:dataset-list": Alone({"GET": freshness}),
    "delivery-upload": Alone({"GET": loading(200), "POST": loading(422)}),
    "api:rule-list": Alone({"GET": register}),
    "api:rule-statistics": Alone({"GET": register}),
    "api:rule-detail": Alone({"GET": register}, keys=RULE),
    "api:rule-parameters": Alone({"POST": lambda account: {422} if 200 in register(account) else {403}}, keys=RULE),
    "api:rule-what-if": Alone({"POST": lambda account: {422} if 200 in register(account) else {403}}, keys=RULE),
    "api:household-check": Alone({"POST": {200, 403}}, rows="household"),
    "api:finding-steps": Alone({"POST": taking_steps(422)}),
    "api:finding-step": Alone({"POST": {422, 403}}, rows="finding"),
    # Everybody reads what he wrote himself; only the author adds to it.
    "api:visit-list": Alone({"GET": 200, "POST": visiting(422)}),
    "visit-track": Alone({"GET": positions}),
    "live": Alone({"GET": register}),
    "live-feed": Alone({"GET": lambda account: {400} if 200 in register(account) else {403}}),
    "api:live": Alone({"GET": register}),
    "field-summary": Alone({"GET": register, "POST": to_change("export_register", 200)}),
    "inspection-coverage": Alone({"GET": inspected}),
    "coverage": Alone({"GET": at_a_place}),
    # The page of the phone is the same for everybody; a key is one's own, and households are those one may write of.
    "phone": Alone({"GET": 200}, {"GET": 200}),
    "phone-worker": Alone({"GET": 200}, {"GET": 200}),
    "phone-manifest": Alone({"GET": 200}, {"GET": 200}),
    "api:phone-key": Alone({"POST": 200}),
    "api:phone-households": Alone({"GET": 200}),
    "visit-write": Alone({"GET": visiting(200), "POST": visiting(422)}),
    "visit-correct": Alone({"POST": {422, 403}}, rows="visit"),
    "api:visit-correct": Alone({"POST": {422, 403}}, rows="visit"),
    "api:visit-photos": Alone({"POST": {422, 403}}, rows="visit"),
    "api:visit-photo-data": Alone({"GET": 200, "PUT": {422, 403}}, rows="visit-photo"),
    "api:visit-photo-image": Alone({"GET": {200, 403}}, rows="visit-photo"),
    "api:visit-photo-thumbnail": Alone({"GET": {200, 403}}, rows="visit-photo"),
    "assessment-sheet": Alone({"GET": 200}, rows="assessment"),
    "assessment-counted": Alone({"GET": 200}, rows="assessments.score"),
    "effect-assessment-sheet": Alone({"GET": 200}, rows="effect-assessment"),
    "effect-counted": Alone({"GET": 200}, rows="assessments.effectscore"),
    "effect-ranking": Alone({"GET": ranges}),
    "api:effect-ranking": Alone({"GET": lambda account: {400} if 200 in ranges(account) else {403}}),
    "api:effect-assessment-step": Alone({"POST": {422, 403}}, rows="effect-assessment"),
    "effect-target-import-template": Alone({"GET": importing(200)}),
    "site-result-import-template": Alone({"GET": importing(200)}),
    "funds": Alone({"GET": funds}),
    "api:funds-balance": Alone({"GET": funds}),
    "quota-notice": Alone({"POST": {302, 403}}, rows="quota"),
    "library-item-notice": Alone({"POST": {302, 403}}, rows="library-item"),
    "project-notice": Alone({"POST": {302, 403}}, rows="project"),
    "api:quota-notice": Alone({"POST": {422, 403}}, rows="quota"),
    "api:library-item-notice": Alone({"POST": {422, 403}}, rows="library-item"),
    "api:project-notice": Alone({"POST": {422, 403}}, rows="project"),
    "api:fund-reconciliation-totals": Alone({"GET": funds}),
    "api:fund-reconciliation-settle": Alone({"POST": {422, 403}}, rows="fund-reconciliation"),
    "api:library-item-step": Alone({"POST": {422, 403}}, rows="library-item"),
    "api:project-step": Alone({"POST": {422, 403}}, rows="project"),
    "asset-card": Alone({"GET": 200}, rows="asset"),
    "progress-photo-add": Alone({"GET": 302, "POST": {422, 403}}, rows="project-progress"),
    "progress-photo": Alone({"GET": 200}, rows="funds.progressphoto"),
    "progress-photo-small": Alone({"GET": 200}, rows="funds.progressphoto"),
    "api:progress-photos": Alone({"POST": {422, 403}}, rows="project-progress"),
    "api:progress-photo-image": Alone({"GET": 200}, rows="funds.progressphoto"),
    "api:asset-step": Alone({"POST": {422, 403}}, rows="asset"),
    "api:asset-distribution-step": Alone({"POST": {422, 403}}, rows="asset-distribution"),
    "api:fund-order-step": Alone({"POST": {422, 403}}, rows="fund-order"),
    "api:quota-receive": Alone({"POST": {409, 403}}, rows="quota"),
    "assessment-steps": Alone({"GET": to_change("review_register", 302), "POST": to_change("review_register", 302)}),
    "api:assessment-steps": Alone({"POST": to_change("review_register", 422)}),
    "api:assessment-step": Alone({"POST": {422, 403}}, rows="assessment"),
    "sampled-unit-fill": Alone({"GET": 302, "POST": {422, 403}}, rows="sampled-unit"),
    "sampled-unit-replace": Alone({"GET": 302, "POST": {422, 403}}, rows="sampled-unit"),
    "site-form-settle": Alone({"GET": 302, "POST": {422, 403}}, rows="site-form"),
    "api:site-form-settle": Alone({"POST": {422, 403}}, rows="site-form"),
    "site-form-photo-add": Alone({"GET": 302, "POST": 403}, rows="site-form"),
    "site-form-photo": Alone({"GET": 200}, rows="inspections.siteformphoto"),
    "site-form-photo-small": Alone({"GET": 200}, rows="inspections.siteformphoto"),
    "api:inspection-step": Alone({"POST": {422, 403}}, rows="inspection"),
    "api:sampled-unit-replace": Alone({"POST": {422, 403}}, rows="sampled-unit"),
    "api:site-form-list": Alone({"GET": supervision(200), "POST": supervision(422)}),
    "api:site-form-photo-send": Alone({"PUT": 403}, rows="site-form"),
    "api:site-form-photo-image": Alone({"GET": 200}, rows="inspections.siteformphoto"),
    "api:phone-inspections": Alone({"GET": 200}),
    "problem-standing": Alone({"GET": supervision(200)}),
    "api:problem-standing": Alone({"GET": supervision(200)}),
    "problem-report-public": Alone({"POST": supervision(302, 403)}),
    "api:problem-report-public": Alone({"POST": supervision(201, 403, 409, 422)}),
    "bulletin": Alone({"GET": supervision(200), "POST": supervision(200, 403)}),
    "api:bulletin": Alone({"GET": supervision(200)}),
    "problem-at-once": Alone({"GET": reviewing(302), "POST": reviewing(302)}),
    "problem-photo-add": Alone({"GET": 302, "POST": {422, 403}}, rows="problem"),
    "problem-elsewhere": Alone({"GET": 302, "POST": {422, 403}}, rows="problem"),
    # What an on-site form brought along; those that are planted come from none.
    "problem-site-photo": Alone({"GET": 404}, rows="inspections.siteformphoto"),
    "problem-sheet": Alone({"GET": 200}, rows="problem"),
    "problem-photo": Alone({"GET": 200}, rows="problems.problemphoto"),
    "problem-file-add": Alone({"GET": 302, "POST": {422, 403}}, rows="problem"),
    "problem-file": Alone({"GET": 200}, rows="problems.problemfile"),
    "api:problem-photos": Alone({"POST": {422, 403}}, rows="problem"),
    "api:problem-files": Alone({"POST": {422, 403}}, rows="problem"),
    "api:problem-photo-image": Alone({"GET": 200}, rows="problems.problemphoto"),
    "api:problem-file": Alone({"GET": 200}, rows="problems.problemfile"),
    "problem-photo-small": Alone({"GET": 200}, rows="problems.problemphoto"),
    "letter-sheet": Alone({"GET": 200}, rows="supervision-letter"),
    "api:problem-step": Alone({"POST": {422, 403}}, rows="problem"),
    "api:letter-receive": Alone({"POST": {200, 409, 403}}, rows="supervision-letter"),
    "notice-photo-add": Alone({"GET": 302, "POST": {422, 403}}, rows="notice"),
    "notice-poster": Alone({"GET": 200}, rows="notice"),
    "notice-photo": Alone({"GET": 200}, rows="notices.noticephoto"),
    "notice-photo-small": Alone({"GET": 200}, rows="notices.noticephoto"),
    "api:notice-step": Alone({"POST": {422, 403}}, rows="notice"),
    "api:notice-photos": Alone({"POST": {422, 403}}, rows="notice"),
    "api:notice-photo-image": Alone({"GET": 200}, rows="notices.noticephoto"),
    "complaint-numbers": Alone({"GET": supervision(200)}),
    "api:complaint-numbers": Alone({"GET": supervision(200)}),
    "complaint-author": Alone({"POST": 200}, rows="complaint", by_row=desk(200)),
    "complaint-answer": Alone({"GET": 200}, rows="complaint", by_row=desk(200)),
    "complaint-photo-add": Alone({"GET": 302, "POST": {422, 403}}, rows="complaint"),
    "complaint-photo": Alone({"GET": 200}, rows="complaints.complaintphoto"),
    "api:complaint-step": Alone({"POST": 422}, rows="complaint", by_row=desk(422)),
    "api:complaint-author": Alone({"POST": 422}, rows="complaint", by_row=desk(422)),
    "api:complaint-photos": Alone({"POST": 422}, rows="complaint", by_row=desk(422)),
    "api:complaint-photo": Alone({"GET": 200}, rows="complaints.complaintphoto"),
    # The public site, which is the same for everybody. Nothing of the world is committed, so nothing is there.
    **{name: Alone({"GET": 200}, {"GET": 200}) for name in ("robots", "public-sitemaps", "public", "public-en")},
    "public-sitemap": Alone({"GET": 200}, {"GET": 200}, keys={"first": "1"}),
    **{f"{root}-place": Alone({"GET": 200}, {"GET": 200}, keys=WHOLE) for root in ("public", "public-en")},
    **{
        f"{root}-{page}": Alone({"GET": 404}, {"GET": 404}, keys={"key": "1"})
        for root in ("public", "public-en")
        for page in ("notice", "poster")
    },
    # A complaint may be handed in by anybody; these are empty, or about a place without a desk above it.
    **{
        f"{root}-{page}": Alone({"GET": 200}, {"GET": 200})
        for root in ("public", "public-en")
        for page in ("complaint", "complaint-numbers")
    },
    **{
        f"{root}-complaint-place": Alone({"GET": 404, "POST": 404}, {"GET": 404, "POST": 404}, keys=WHOLE)
        for root in ("public", "public-en")
    },
    **{
        f"{root}-complaint-follow": Alone({"GET": 200, "POST": 422}, {"GET": 200, "POST": 422})
        for root in ("public", "public-en")
    },
    "api:public-complaints": Alone({"POST": 422}, {"POST": 422}),
    # Asked by too many in one minute: no receipt may be tried so often.
    "api:public-complaint": Alone({"GET": {404, 429}}, {"GET": {404, 429}}, keys={"receipt": "XF000000000000"}),
    "api:public-notices": Alone({"GET": 200}, {"GET": 200}),
    "api:public-notice": Alone({"GET": 404}, {"GET": 404}, keys={"key": "1"}),
    # Whoever signs in is no client; without a session nobody is known yet.
    "oauth-token": Alone({"POST": 401}, {"POST": 401}),
    "api:household-verify": Alone({"POST": 403}, client={"POST": 422}),
    # Clients alone deliver here; a set that is not one's own, and a delivery that is not, are not there.
    "api:department-deliveries": Alone({"POST": 403}, keys={"code": "CA-DB"}, client={"POST": {403, 404}}),
    "api:department-delivery": Alone({"GET": 403}, keys={"code": "CA-DB", "key": "1"}, client={"GET": {403, 404}}),
    "api:department-chunk": Alone(
        {"PUT": 403}, keys={"code": "CA-DB", "key": "1", "number": "1"}, client={"PUT": {403, 404}}
    ),
    "api:department-complete": Alone({"POST": 403}, keys={"code": "CA-DB", "key": "1"}, client={"POST": {403, 404}}),
    "developers": Alone({"GET": 200}, {"GET": 200}),
    "developers-schema": Alone({"GET": 200}, {"GET": 200}),
    "spdci-sync-search": Alone({"POST": 403}, {"POST": 401}, client={"POST": {400, 415, 422}}),
    "spdci-search": Alone({"POST": 403}, {"POST": 401}, client={"POST": {400, 415, 422}}),
    "spdci-status": Alone({"POST": 403}, {"POST": 401}, client={"POST": {400, 415, 422}}),
}
