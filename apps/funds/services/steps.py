"""The way of an order: proposed, reviewed, approved and carried out by four different people (workflows.md §7).

State moves here and nowhere else, by steps (`ways`) of people of the order's own level; the log's own constraint lets
nobody take two of the four in one round.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError, StaleVersion
from apps.divisions import codes
from apps.funds.choices import WAITING_ORDERS, Act, OrderState
from apps.funds.models import FundOrder, OrderLine, OrderLog
from apps.funds.models.base import EARLIEST, LATEST
from apps.funds.services import bands
from apps.funds.services import lines as order_lines
from apps.funds.services.lines import Line
from apps.pages.ways import Step, Way

PROPOSES, REVIEWS, APPROVES, PAYS = "propose_funds", "review_funds", "approve_funds", "pay_funds"
S = OrderState

WAY = Way.of(
    OrderLog,
    "order",
    Step(
        "propose", gettext_lazy("提交"), (S.DRAFT, S.RETURNED), S.PROPOSED, PROPOSES, apart=True, own=True, opens=True
    ),
    Step("review", gettext_lazy("审核通过"), (S.PROPOSED,), S.REVIEWED, REVIEWS, apart=True),
    Step("approve", gettext_lazy("审批同意"), (S.REVIEWED,), S.APPROVED, APPROVES, apart=True),
    Step("execute", gettext_lazy("办理并记账"), (S.APPROVED,), S.DONE, PAYS, apart=True),
    Step("return_reviewed", gettext_lazy("审核退回"), (S.PROPOSED,), S.RETURNED, REVIEWS, needs_note=True),
    Step("return_approved", gettext_lazy("审批退回"), (S.REVIEWED,), S.RETURNED, APPROVES, needs_note=True),
    Step("return_executed", gettext_lazy("办理退回"), (S.APPROVED,), S.RETURNED, PAYS, needs_note=True),
    Step(
        "withdraw",
        gettext_lazy("撤回"),
        (S.DRAFT, S.PROPOSED, S.RETURNED),
        S.WITHDRAWN,
        PROPOSES,
        own=True,
        needs_note=True,
    ),
)
STEPS = WAY.steps
concerned, steps_for = WAY.concerned, WAY.offered


# --- drafting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """What an order says: act, title, document, reason, funding year, and its lines."""

    act: str
    title: str
    reason: str
    year: int
    lines: Sequence[Line]
    document_no: str = ""


def may_draft(by: User, division: int | None = None) -> bool:
    """Whether somebody drafts orders of a place, or of any: region, league and county have them."""
    lows = {low for low, _high in scopes.of(by).ranges_of(PROPOSES) if codes.level(low) <= codes.COUNTY}
    return bool(lows) if division is None else division in lows


def may_redraft(order: FundOrder, by: User) -> bool:
    """Whether somebody may change an order as it stands: its drafter, before it is proposed or when it came back."""
    changeable = order.state in (OrderState.DRAFT, OrderState.RETURNED)
    return changeable and order.drafted_by_id == by.pk and may_draft(by, order.division_id)


@transaction.atomic
def draft(division: int, said: Draft, *, by: User) -> FundOrder:
    """Write a new order of a place, as a draft.

    Raises PermissionDenied without `propose_funds` at this very level, ServiceError for what is missing or wrong.
    """
    if not may_draft(by, division):
        raise PermissionDenied(_("资金审批单由本级工作人员提出。"))
    if said.act not in dict(FundOrder._meta.get_field("act").choices or []):
        raise ServiceError(_("没有这个事项。"), field="act", code="invalid_choice")
    order = FundOrder(division_id=division, act=said.act, drafted_by=by, drafted_by_name=str(by)[:60])
    return _write(order, said, by=by)


@transaction.atomic
def redraft(order: FundOrder, said: Draft, *, by: User, expected_version: int | None = None) -> FundOrder:
    """Change a draft or what was returned; its act stays. Only whoever drafted it may."""
    locked = FundOrder.objects.select_for_update().get(pk=order.pk)
    if locked.drafted_by_id != by.pk or not may_draft(by, locked.division_id):
        raise PermissionDenied(_("只有拟稿人可以修改审批单。"))
    if expected_version is not None and expected_version != locked.version:
        raise StaleVersion(locked)
    if locked.state not in (OrderState.DRAFT, OrderState.RETURNED):
        raise ServiceError(_("审批单已经提交，不能修改。"), code="state", status=409)
    OrderLine.objects.filter(order=locked).delete()
    return _write(locked, said, by=by)


def _write(order: FundOrder, said: Draft, *, by: User) -> FundOrder:
    order.title, order.reason = said.title.strip(), said.reason.strip()
    order.document_no, order.year = said.document_no.strip(), said.year
    for name in ("title", "reason"):
        if not getattr(order, name):
            raise ServiceError(_("请填写内容。"), field=name, code="required")
    if order.act in (Act.BUDGET, Act.PASS) and not order.document_no:
        raise ServiceError(_("预算安排和指标下达须有文号。"), field="document_no", code="required")
    if not EARLIEST <= order.year <= LATEST:
        raise ServiceError(_("年度不对。"), field="year", code="invalid")
    rows = order_lines.checked(order, said.lines, by=by)
    order.total = sum((row.amount for row in rows), Decimal(0))
    order.full_clean(exclude=["division"], validate_unique=False, validate_constraints=False)
    order.save()
    OrderLine.objects.bulk_create(rows, batch_size=1000)
    return order


# --- the way ----------------------------------------------------------------------------------------------------------


def take(order: FundOrder, name: str, *, by: User, note: str = "", expected_version: int | None = None) -> FundOrder:
    """Take a step of an order that `by` may see; the last one books its lines. Everybody acts at the order's own level.

    Raises what `Way.take` raises, and ServiceError (409) for what the ledger does not cover.
    """

    def act(locked: FundOrder, step: Step) -> str:
        after = step.to_state
        if step.name == "propose":
            # By the band that holds today.
            locked.signatures, locked.signed = band_of(locked)[0], 0
        if step.name == "approve":
            locked.signed += 1
            # Above a band's amount several people approve; until the last of them it stays where it is.
            after = S.APPROVED if locked.signed >= locked.signatures else S.REVIEWED
        if step.name == "execute":
            order_lines.carry_out(locked, by=by)
            locked.done_on = today()
        waits = after in WAITING_ORDERS
        locked.due_on = today() + datetime.timedelta(days=band_of(locked)[1]) if waits else None
        return after

    return WAY.take(order, name, by=by, act=act, note=note, expected_version=expected_version)


def band_of(order: FundOrder) -> tuple[int, int]:
    """How many people approve an order of this amount, and in how many days each step is taken."""
    return bands.band_for(order.division_id, order.act, order.total)
