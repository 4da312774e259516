"""The statuses that are right for one request: by the address, the method, who asks and how the row lies to him."""

from __future__ import annotations

from apps.divisions import codes
from tests.access.routes import ALONE, Route, Statuses
from tests.access.world import Account, Row

REFUSED = {400, 405, 409, 422}  # of what may be changed, but not like this


def expected(route: Route, method: str, account: Account, row: Row | None) -> set[int]:
    """The statuses that are right for one request."""
    if not account.inside:
        return anonymous(route, method, account)
    kind = route.kinds.get(method)
    if kind is None:
        return {405}
    if route.name in ALONE:
        return alone(route, method, account, row)
    if row is not None and not account.sees(row):
        return {404}
    return of_resource(route, kind, account, row)


def anonymous(route: Route, method: str, account: Account) -> set[int]:
    """A stranger is led to the sign-in page, or told that there is no session; a client is a stranger but for its own
    addresses."""
    declared = ALONE.get(route.name)
    if account.token and declared is not None and declared.client is not None:
        return statuses(declared.client.get(method, 405), None)
    if declared is None or declared.anonymous is None:
        return {401} if route.api else {302}
    return statuses(declared.anonymous.get(method, {401, 405}), None)


def alone(route: Route, method: str, account: Account, row: Row | None) -> set[int]:
    declared = ALONE[route.name]
    if method not in declared.signed_in:
        return {405}
    if row is not None and not account.sees(row):
        return {404}
    if row is not None and row.gone and method in declared.gone:
        return statuses(declared.gone[method], account)
    if row is not None and declared.by_row is not None:
        return declared.by_row(account, row)
    return statuses(declared.signed_in[method], account)


def of_resource(route: Route, kind: str, account: Account, row: Row | None) -> set[int]:
    """A row that the account sees, or the list: by the right to do it."""
    resource = route.resource
    model = resource.model
    change = getattr(model, "change_capability", "")
    if kind in ("detail", "history"):
        return {200}
    if kind == "list":
        return {200} if account.opens(resource) else {403}
    if kind == "export":
        capability = resource.export_capability()
        sees_all = {
            "view_funds": account.kind.funds,
            "view_supervision": account.kind.supervision,
            "view_accounts": account.kind.accounts,
            "view_audit": account.kind.audit,
        }.get(capability, capability in account.kind.may or (capability == "view_register" and account.kind.register))
        return {200, 202, 302} if sees_all and account.opens(resource) else {403}
    if kind in ("new", "create"):
        allowed = change in account.kind.may and begins(account, resource.name)
        return ({200} if kind == "new" else set()) | REFUSED if allowed else {403}
    if kind in ("form", "update"):
        return {200} | REFUSED if account.may(change, row) and acts_on(account, row) else {403}
    # An act of the resource's own: done, refused with a reason on the page it came from, or not one's right.
    return {200, 302, 403} | REFUSED


def begins(account: Account, resource: str) -> bool:
    """Orders of money are drafted by region, league and county, projects proposed by villages and townships; assets are
    a village's, a township's or a county's."""
    level = codes.level(account.kind.place)
    if resource == "fund-order":
        return level <= codes.COUNTY
    if resource in ("asset", "asset-distribution"):
        return level >= codes.COUNTY
    return resource != "library-item" or level >= codes.TOWNSHIP


def acts_on(account: Account, row: Row) -> bool:
    """Accounts and posts are changed by whoever could have given them: not one's own, no administrator's, and none
    whose posts reach farther than one's own."""
    # Begun or opened, never changed.
    if row.resource in ("run", "assessment-round", "closed-year", "asset-distribution", "loan-repayment"):
        return False
    # Changed by whoever drafted it, who is none of these; before it was classified
    # or listed, which all planted ones are.
    if row.resource in ("fund-order", "library-item", "asset", "problem"):
        return False
    if account.kind.here and row.resource in ("user", "client"):
        return False  # all of them reach below his one division: more than he could have given
    if row.resource != "user":
        return True
    if row.key == account.user.pk:
        return False
    return all(
        codes.contains(account.kind.place, place)
        and role not in ("system", "api_client")  # accounts without a person
        and (not role.endswith("_administrator") or account.name == "security-admin")
        for role, place in account.world.posts.get(row.key, ())
    )


def statuses(declared: Statuses, account: Account | None) -> set[int]:
    if isinstance(declared, int):
        return {declared}
    return declared if isinstance(declared, set) else declared(account)
