"""Deciding candidates: whether a record of the household register is a person's. Only people do, and each time they
say on what ground; what was decided is kept and can be looked at anew."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy, sight
from apps.accounts.models import User
from apps.common.errors import ServiceError, StaleVersion
from apps.crosschecks.models import CandidateState, LinkCandidate

LONGEST = 500


def may_decide(user: User, candidate: LinkCandidate) -> bool:
    """Whether this account may decide: it works findings there, and reads both records in full."""
    return policy.can(user, "work_findings", candidate) and sight.opens(user, candidate)


def require(user: User, candidate: LinkCandidate) -> None:
    """PermissionDenied for whoever may not decide this candidate."""
    if not may_decide(user, candidate):
        raise PermissionDenied(_("您没有判断这条候选的权限。"))


def choices(candidate: LinkCandidate) -> list[CandidateState]:
    """What can be decided now: one of the two, or to look at it anew."""
    if candidate.state == CandidateState.OPEN:
        return [CandidateState.SAME, CandidateState.DIFFERENT]
    return [CandidateState.OPEN]


@transaction.atomic
def decide(
    candidate: LinkCandidate, state: str, *, by: User, reason: str, expected_version: int | None = None
) -> LinkCandidate:
    """Say whether the two are the same person, or (open) that it is to be looked at anew. Nothing else is changed: the
    number is entered in the register by hand.

    Raises PermissionDenied, StaleVersion, ServiceError (a state that is none or not the next, no reason: field).
    """
    found = LinkCandidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
    require(by, found)
    if expected_version is not None and expected_version != found.version:
        raise StaleVersion(found)
    if state not in CandidateState.values:
        raise ServiceError(_("没有这个结论。"), field="state")
    if state not in choices(found):
        raise ServiceError(
            _("这条候选现为“%(state)s”。") % {"state": found.get_state_display()}, code="state", status=409
        )
    reason = reason.strip()
    if not reason:
        raise ServiceError(_("请说明判断依据。"), field="reason", code="required")
    if len(reason) > LONGEST:
        raise ServiceError(_("说明不能超过 500 字。"), field="reason")
    found.state, found.reason = state, reason
    found.decided_by, found.decided_by_name = by, str(by)[:60]
    found.decided_at = None if state == CandidateState.OPEN else timezone.now()
    found.save()
    return found
