"""The way of an order: proposed, reviewed, approved and carried out by four different people (workflows.md §7).

State moves here and nowhere else. Every step is taken by somebody of the order's own level, and logged in the
transaction that takes it; the log's own constraint lets nobody take two of the four in one round.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import Refused, ServiceError, StaleVersion
from apps.divisions import codes
from apps.funds.choices import Act, OrderState
from apps.funds.models import ApprovalBand, FundOrder, OrderLine, OrderLog
from apps.funds.models.base import EARLIEST, LATEST
from apps.funds.models.order import LONGEST_NOTE, TAKEN
from apps.funds.services import lines as order_lines
from apps.funds.services.lines import Line

USUAL_SIGNATURES, USUAL_DAYS = 1, 5
"""How many people approve and how long a step may take where nobody has set a band."""
PROPOSES, REVIEWS, APPROVES, PAYS = "propose_funds", "review_funds", "approve_funds", "pay_funds"


@dataclass(frozen=True)
class Step:
    """A step: from which states to which, with what right. A step that is `own` is the drafter's alone."""

    name: str
    label: str | Promise
    from_states: tuple[OrderState, ...]
    to_state: OrderState
    capability: str
    needs_note: bool = False
    own: bool = False


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step(
            "propose",
            gettext_lazy("提交"),
            (OrderState.DRAFT, OrderState.RETURNED),
            OrderState.PROPOSED,
            PROPOSES,
            own=True,
        ),
        Step("review", gettext_lazy("审核通过"), (OrderState.PROPOSED,), OrderState.REVIEWED, REVIEWS),
        Step("approve", gettext_lazy("审批同意"), (OrderState.REVIEWED,), OrderState.APPROVED, APPROVES),
        Step("execute", gettext_lazy("办理并记账"), (OrderState.APPROVED,), OrderState.DONE, PAYS),
        Step(
            "return_reviewed",
            gettext_lazy("审核退回"),
            (OrderState.PROPOSED,),
            OrderState.RETURNED,
            REVIEWS,
            needs_note=True,
        ),
        Step(
            "return_approved",
            gettext_lazy("审批退回"),
            (OrderState.REVIEWED,),
            OrderState.RETURNED,
            APPROVES,
            needs_note=True,
        ),
        Step(
            "return_executed",
            gettext_lazy("办理退回"),
            (OrderState.APPROVED,),
            OrderState.RETURNED,
            PAYS,
            needs_note=True,
        ),
        Step(
            "withdraw",
            gettext_lazy("撤回"),
            (OrderState.DRAFT, OrderState.PROPOSED, OrderState.RETURNED),
            OrderState.WITHDRAWN,
            PROPOSES,
            needs_note=True,
            own=True,
        ),
    )
}


def holds(user: User, capability: str, division: int) -> bool:
    """Whether somebody holds a capability at this very level: a league does not decide for its counties."""
    return any(low == division for low, _high in scopes.of(user).ranges_of(capability))


def concerned(order: FundOrder, user: User) -> bool:
    """Whether somebody has any step in orders of this place."""
    return any(holds(user, step.capability, order.division_id) for step in STEPS.values())


def taken_by(order: FundOrder) -> set[int | None]:
    """Who took a step of this round that must be different people's."""
    taken = OrderLog.objects.filter(order=order, round=order.round, step__in=TAKEN)
    return set(taken.values_list("by_id", flat=True))


def why_not(step: Step, order: FundOrder, by: User, taken: set[int | None]) -> str:
    """Why somebody may not take a step of an order in the right state; empty when he may."""
    if not holds(by, step.capability, order.division_id):
        return _("您没有办理这一步的权限。")
    if step.own:
        return "" if by.pk == order.drafted_by_id else _("这一步由拟稿人本人办理。")
    if by.pk == order.drafted_by_id or (by.pk in taken and step.name in TAKEN):
        return _("提出、审核、审批、办理必须由不同的人完成。")
    return ""


def steps_for(order: FundOrder, by: User) -> list[Step]:
    """The steps that somebody may take now."""
    offered = [step for step in STEPS.values() if order.state in step.from_states]
    taken = taken_by(order) if offered else set()
    return [step for step in offered if not why_not(step, order, by, taken)]


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


@transaction.atomic
def take(order: FundOrder, name: str, *, by: User, note: str = "", expected_version: int | None = None) -> FundOrder:
    """Take a step of an order that `by` may see; the last one books its lines.

    Raises PermissionDenied without the right at this level, Refused for one's own, StaleVersion, and ServiceError for
    an unknown step, a state that does not allow it, a missing reason, and what the ledger does not cover (409).
    """
    step = STEPS.get(name)
    if step is None:
        raise ServiceError(_("没有这个操作：%(name)s。") % {"name": name}, field="step")
    locked = FundOrder.objects.select_for_update().get(pk=order.pk)
    _check(step, locked, by, note, expected_version)
    before = locked.state
    to_state = step.to_state
    if step.name == "propose":
        _propose(locked)
    if step.name == "approve":
        locked.signed += 1
        # Above a band's amount several people approve; until the last of them it stays where it is.
        to_state = OrderState.APPROVED if locked.signed >= locked.signatures else OrderState.REVIEWED
    if step.name == "execute":
        order_lines.carry_out(locked, by=by)
        locked.done_on = today()
    locked.state, locked.state_since = to_state, timezone.now()
    waits = to_state in (OrderState.PROPOSED, OrderState.REVIEWED, OrderState.APPROVED)
    locked.due_on = today() + datetime.timedelta(days=band_of(locked)[1]) if waits else None
    locked.save()
    OrderLog.objects.create(
        order=locked,
        division_id=locked.division_id,
        round=locked.round,
        by=by,
        by_name=str(by)[:60],
        step=step.name,
        from_state=before,
        to_state=to_state,
        note=note.strip(),
    )
    return locked


def _check(step: Step, order: FundOrder, by: User, note: str, expected_version: int | None) -> None:
    if not concerned(order, by):
        raise PermissionDenied(_("您没有办理资金审批的权限。"))
    if expected_version is not None and expected_version != order.version:
        raise StaleVersion(order)
    if order.state not in step.from_states:
        raise ServiceError(
            _("审批单现为“%(state)s”，不能“%(step)s”。") % {"state": order.get_state_display(), "step": step.label},
            code="state",
            status=409,
        )
    if why := why_not(step, order, by, taken_by(order)):
        raise Refused(why)
    if step.needs_note and not note.strip():
        raise ServiceError(_("请说明理由。"), field="note", code="required")
    if len(note) > LONGEST_NOTE:
        raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}, field="note")


def _propose(order: FundOrder) -> None:
    """A new round, by the band that holds today."""
    order.round += 1
    order.signed = 0
    order.signatures = band_of(order)[0]


def band_of(order: FundOrder) -> tuple[int, int]:
    """How many people approve an order of this amount, and in how many days each step is taken: by the bands of the
    nearest place that has any for the act. One person and five days where nobody has set any."""
    path = [*codes.ancestors(order.division_id), order.division_id]
    # Bands of the places above hold here too, whoever asks: the platform itself looks.
    with scopes.activate(scopes.everywhere("view_funds")):
        bands = list(ApprovalBand.objects.filter(act=order.act, division_id__in=path))
    nearest = max((path.index(band.division_id) for band in bands), default=0)
    fitting = [band for band in bands if band.division_id == path[nearest] and band.above <= abs(order.total)]
    if not fitting:
        return USUAL_SIGNATURES, USUAL_DAYS
    band = max(fitting, key=lambda band: band.above)
    return band.signatures, band.days
