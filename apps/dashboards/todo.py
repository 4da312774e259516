"""待办: findings that the level of the desk has to work off, the most urgent first, each with its light; and what else
waits for it: verdicts, assessments, exports."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access import policy
from apps.access import scope as scopes
from apps.access import sight as sights
from apps.assessments.models import CadreAssessment
from apps.assessments.services import effect_waiting
from apps.assessments.services.waiting import waiting
from apps.common.days import today
from apps.complaints.choices import DUE
from apps.complaints.models import Complaint
from apps.complaints.services.entering import HANDLES
from apps.crosschecks.catalogue import catalogue
from apps.crosschecks.choices import VERDICTS, Light, State
from apps.crosschecks.evidence import sentence
from apps.crosschecks.models import Finding
from apps.crosschecks.querysets import ESCALATION_DAYS
from apps.dashboards.extent import Extent
from apps.divisions import codes
from apps.funds.services import library, reconciling, verifying
from apps.funds.services import reading as orders
from apps.inspections.services import late
from apps.inspections.services import waiting as inspections
from apps.notices.choices import State as NoticeState
from apps.notices.models import PublicNotice
from apps.pages import approvals
from apps.pages.bell import Bell
from apps.pages.context import reference_date
from apps.pages.places import Place, Places, own_ranges
from apps.pages.ways import holds
from apps.problems.services import reading as ledger

SHOWN = 8
LEVELS_APPROVED = 2
"""How far below its own a level approves notices."""
FIELDS = ("pk", "rule", "evidence", "due_on", "division_id", "household_id", "state", "light")


def to_do(user: Any, extent: Extent, on: datetime.date) -> dict[str, Any]:
    """The most urgent findings that the desk's own level acts on, how many of them are red, yellow and green, and what
    the level below waits for: verdicts to review, findings overdue for so long that they go up; notices to approve,
    to post and to answer for.

    Somebody with households only has all findings of his households before him. A query for each kind of work, one
    for names, and two of assessment.
    """
    rows = extent.narrow(Finding.objects.visible_to(user)).open().with_light(on)
    own = Q(acting_level=extent.level) if extent.is_own and extent.level else Q()
    counted = {light.value: Count("pk", filter=own & Q(light=light.value)) for light in Light}
    counts = rows.aggregate(
        **counted, **{name: Count("pk", filter=where) for name, where in _from_below(extent, on).items()}
    )
    sight = sights.of(user, Finding)
    first = list(rows.filter(own).order_by("due_on", "pk").values_list(*FIELDS)[:SHOWN])
    places = Places.of(division for _pk, _rule, _evidence, _due, division, *_rest in first)
    return {
        "items": [
            {
                "url": reverse("finding-detail", args=[pk]),
                "title": catalogue()[rule].title,
                "text": sentence(rule, evidence, whole=sight.opens(division, household)),
                "place": places.short(division),
                "due_on": due_on,
                "light": light,
                "when": when(due_on, on),
                "state": "" if state == State.NEW else State(state).label,
            }
            for pk, rule, evidence, due_on, division, household, state, light in first
        ],
        "lights": [
            {
                "light": light.value,
                "label": light.label,
                "count": counts[light.value],
                "url": url(extent, light=light.value),
            }
            for light in Light
        ],
        "lines": [
            line
            for line in (
                *_lines(extent, counts),
                *_assessments(user, extent, on),
                *_effects(user, extent, on),
                *orders_waiting(user),
                *money_waiting(user),
                *problems_waiting(user),
                *inspections_waiting(user),
                *_notices(user, extent),
                *complaints_waiting(user),
                *_exports(user),
            )
            if line["count"]
        ],
        "count": sum(counts[light.value] for light in Light),
        "url": url(extent),
    }


def bell(user: Any) -> Bell:
    """What rings in the top bar: the findings that the account's own level acts on, and how many are overdue."""
    scope = scopes.of(user)
    extent = Extent.of(Place(own_ranges(scope)), scope)
    on = reference_date()
    own = Q(acting_level=extent.level) if extent.is_own and extent.level else Q()
    rows = extent.narrow(Finding.objects.visible_to(user)).open().filter(own)
    counts = rows.aggregate(count=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=on)))
    return Bell(counts["count"], counts["overdue"], url(extent))


def _from_below(extent: Extent, on: datetime.date) -> dict[str, Q]:
    """What the level below sends up: conditions by name; nothing at a village or without a place of one's own."""
    if not extent.is_own or extent.level is None or extent.level == codes.VILLAGE:
        return {}
    below = Q(acting_level=extent.level + 1)
    return {
        "to_review": below & Q(state__in=VERDICTS, review_needed=True),
        "escalated": below & Q(due_on__lt=on - datetime.timedelta(days=ESCALATION_DAYS)),
    }


def _lines(extent: Extent, counts: dict[str, int]) -> list[dict[str, Any]]:
    if "to_review" not in counts or extent.level is None:
        return []
    below = extent.level + 1
    verdicts = [verdict.value for verdict in VERDICTS]
    return [
        {
            "label": _("下级结论待复核"),
            "count": counts["to_review"],
            "light": Light.YELLOW.value,
            "url": _list(extent, state=verdicts, review_needed="true", acting_level=below),
        },
        {
            "label": _("下级超期五天以上"),
            "count": counts["escalated"],
            "light": Light.RED.value,
            "url": _list(extent, escalated="true", acting_level=below),
        },
    ]


def _assessments(user: Any, extent: Extent, on: datetime.date) -> list[dict[str, Any]]:
    """The assessments that wait for the desk's own level, and those of the account itself."""
    level = extent.level if extent.is_own else None
    rows = extent.narrow(CadreAssessment.objects.visible_to(user))
    place = {"division": codes.text(extent.code)} if extent.code and extent.is_own else {}
    lines = []
    for one in waiting(user, rows, level, extent.code, on):
        query = urlencode({**({} if one.is_own else place), **one.query}, doseq=True)
        url = f"{reverse('assessment-list')}?{query}"
        lines.append({"label": one.label, "count": one.count, "light": one.light, "url": url})
    return lines


def _effects(user: Any, extent: Extent, on: datetime.date) -> list[dict[str, Any]]:
    """The assessments of leagues and counties that wait for this account's offices, and those that it crosses over to;
    nothing to ask for whoever has no office of a county or above."""
    if not extent.is_own or extent.level is None or extent.level > codes.COUNTY:
        return []
    lines = [
        {
            "label": one.label,
            "count": one.count,
            "light": one.light,
            "url": f"{reverse('effect-assessment-list')}?{urlencode(one.query, doseq=True)}",
        }
        for one in effect_waiting.waiting(user, on)
    ]
    count = effect_waiting.to_check(user)
    return [*lines, _line(str(effect_waiting.TO_CHECK), count, Light.YELLOW, "site-result-create")]


def _notices(user: Any, extent: Extent) -> list[dict[str, Any]]:
    """Notices that wait for this account: those of this place to post and objections to answer, for who enters; those
    of somebody else to approve, two levels down, for who reviews."""
    if not extent.is_own or extent.level is None or extent.code is None:
        return []
    own = Q(level=extent.level)
    to_approve = Q(state=NoticeState.PREPARED, level__lte=extent.level + LEVELS_APPROVED) & ~Q(prepared_by=user)
    waiting = [
        (_("公示待审核"), NoticeState.PREPARED, "review_register", to_approve),
        (_("公示待张贴"), NoticeState.APPROVED, "change_register", own & Q(state=NoticeState.APPROVED)),
        (_("公示异议待答复"), NoticeState.OBJECTION, "change_register", own & Q(state=NoticeState.OBJECTION)),
    ]
    waiting = [one for one in waiting if policy.can(user, one[2], extent.code)]
    if not waiting:
        return []
    rows = extent.narrow(PublicNotice.objects.visible_to(user))
    counts = rows.aggregate(**{state: Count("pk", filter=where) for _label, state, _right, where in waiting})
    return [
        {
            "label": label,
            "count": counts[state],
            "light": Light.YELLOW.value,
            "url": f"{reverse('notice-list')}?{urlencode({'division': codes.text(extent.code), 'state': state})}",
        }
        for label, state, _right, _where in waiting
    ]


def complaints_waiting(user: Any) -> list[dict[str, Any]]:
    """Complaints that the account's own desk has to work on, overdue ones in red, and those overdue at the units below
    it; nothing to ask where it is of no desk."""
    desks = [low for low, _high in scopes.of(user).ranges_of(HANDLES)]
    if not desks:
        return []
    mine, late = Q(division__in=desks), Q(due_on__lt=today())
    rows = Complaint.objects.visible_to(user).filter(state__in=DUE)
    counts = rows.aggregate(
        mine=Count("pk", filter=mine), late=Count("pk", filter=mine & late), below=Count("pk", filter=late & ~mine)
    )
    address = reverse("complaint-list")
    return [
        {
            "label": _("信访举报待办理"),
            "count": counts["mine"],
            "light": Light.RED.value if counts["late"] else Light.YELLOW.value,
            "url": f"{address}?mine=true",
        },
        {
            "label": _("下级信访举报逾期"),
            "count": counts["below"],
            "light": Light.RED.value,
            "url": f"{address}?mine=false&light=red",
        },
    ]


def _exports(user: Any) -> list[dict[str, Any]]:
    """Exports that wait for this account's word, and what became of its own."""
    return [
        {
            "label": approvals.LABELS[name],
            "count": count,
            "light": approvals.LIGHTS[name],
            "url": reverse("export-waiting" if name == "waiting" else "export-list"),
        }
        for name, count in approvals.notices(user).items()
    ]


def orders_waiting(user: Any) -> list[dict[str, Any]]:
    """Orders of money that wait for this account's word, overdue ones in red; nothing to ask where it has none."""
    if not any(scopes.of(user).ranges_of(capability) for capability in orders.WAITS_FOR.values()):
        return []
    late = Count("pk", filter=Q(due_on__lt=today()))
    counts = orders.waiting(user).order_by().aggregate(count=Count("pk"), late=late)
    return [
        {
            "label": _("资金审批待我办理"),
            "count": counts["count"],
            "light": Light.RED.value if counts["late"] else Light.YELLOW.value,
            "url": f"{reverse('fund-order-list')}?waiting=true",
        }
    ]


def money_waiting(user: Any) -> list[dict[str, Any]]:
    """What else of money waits for this account: items of the project library, differences with the finance department;
    and that the ledger was not whole last night, for who pays at the region. Nothing to ask where it has no right."""
    scope = scopes.of(user)
    lines = []
    if any(scope.ranges_of(step.capability) for step in library.WAY.steps.values()):
        late = Count("pk", filter=Q(due_on__lt=today()))
        counts = library.waiting(user).order_by().aggregate(count=Count("pk"), late=late)
        light = Light.RED if counts["late"] else Light.YELLOW
        lines.append(_line(_("项目库待我办理"), counts["count"], light, "library-item-list", waiting="true"))
    if scope.ranges_of(reconciling.SETTLES):
        count = reconciling.waiting(user).count()
        lines.append(_line(_("财政支付差异待处理"), count, Light.RED, "fund-reconciliation-list", waiting="true"))
    if holds(user, reconciling.SETTLES, codes.WHOLE_REGION) and (found := verifying.broken(user)):
        count = found.quotas + found.allocations + found.payments
        lines.append(_line(_("账目核验不符"), count, Light.RED, "ledger-check-list"))
    return lines


def problems_waiting(user: Any) -> list[dict[str, Any]]:
    """What of the problem ledger waits for this account's office: problems by their light, letters to receive and
    letters that nobody received, rungs of the ladder. Nothing to ask where it has no right."""
    scope = scopes.of(user)
    rectifies, reviews = (bool(scope.ranges_of(one)) for one in (ledger.RECTIFIES, ledger.REVIEWS))
    if not (rectifies or reviews):
        return []
    labels = {
        Light.RED: _("整改问题已超期"),
        Light.YELLOW: _("整改问题临近到期"),
        Light.GREEN: _("整改问题待我办理"),
    }
    by_light = {light.value: Count("pk", filter=Q(light=light.value)) for light in labels}
    counts = ledger.waiting(user).with_light(today()).order_by().aggregate(**by_light)
    lines = [
        _line(label, counts[light.value], light, "problem-list", waiting="true", light=light.value)
        for light, label in labels.items()
    ]
    own, below = Count("pk", filter=Q(mine=True)), Count("pk", filter=Q(mine=False))
    owed = ledger.owing(user).order_by().aggregate(own=own, below=below)
    lines.append(_line(_("本月整改月报待报"), owed["own"], Light.YELLOW, "problem-list", report_owed="mine"))
    lines.append(_line(_("下级本月整改月报未报"), owed["below"], Light.YELLOW, "problem-list", report_owed="below"))
    letters = "supervision-letter-list"
    if rectifies:
        count = ledger.letters_to_receive(user).count()
        lines.append(_line(_("督办函待签收"), count, Light.RED, letters, waiting="true"))
    if reviews:
        out, rungs = ledger.letters_out(user).count(), ledger.to_escalate(user).count()
        lines.append(_line(_("督办函未签收"), out, Light.YELLOW, letters, received="false", issued="true"))
        lines.append(_line(_("升级督办待办理"), rungs, Light.RED, "escalation-list", waiting="true"))
    return lines


def inspections_waiting(user: Any) -> list[dict[str, Any]]:
    """Inspections whose next step is this account's office's, and problems that came after their inspection; nothing to
    ask where it has no right."""
    lines = [
        _line(
            str(one.label),
            one.count,
            Light.RED if one.late else Light.YELLOW,
            "inspection-list",
            state=one.states,
        )
        for one in inspections.waiting(user, today())
    ]
    if scopes.of(user).ranges_of(late.INSPECTS) and (count := late.waiting(user).count()):
        lines.append(_line(_("办结后到达的问题待处理"), count, Light.YELLOW, "site-form-list", waiting="true"))
    return lines


def _line(label: str, count: int, light: Light, name: str, /, **query: Any) -> dict[str, Any]:
    address = f"{reverse(name)}?{urlencode(query, doseq=True)}" if query else reverse(name)
    return {"label": label, "count": count, "light": light.value, "url": address}


def url(extent: Extent, **more: Any) -> str:
    """The list of the findings to do, narrowed further if asked."""
    own = {"acting_level": extent.level} if extent.is_own and extent.level else {}
    return _list(extent, state="open", **own, **more)


def _list(extent: Extent, **query: Any) -> str:
    if extent.code:
        query["division"] = codes.text(extent.code)
    return f"{reverse('finding-list')}?{urlencode(query, doseq=True)}"


def when(due_on: datetime.date, on: datetime.date) -> str:
    """How far away a due date is, in words."""
    days = (due_on - on).days
    if days < 0:
        return ngettext("已超期 %(days)d 天", "已超期 %(days)d 天", -days) % {"days": -days}
    if days == 0:
        return _("今天到期")
    return ngettext("还有 %(days)d 天", "还有 %(days)d 天", days) % {"days": days}
