"""共享: opening one household to one account for a while, by its keeper; and 紧急查阅, which an official takes himself.

A share reads and never writes, ends by itself, and is in the access log from its first moment (architecture §4).
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.access.models import Share
from apps.accounts.models import User
from apps.accounts.roles import ROLES
from apps.accounts.services import held, system_account
from apps.common.errors import ServiceError
from apps.common.numbers import normalise_number
from apps.history.services import log_access
from apps.households.models import Household

HOURS = (3, 24, 72, 168, 720)
"""How long a share may last, in hours: three hours to thirty days."""

URGENT_HOURS = 3
URGENT_AT_ONCE = 10
"""So many households may be open to one account by 紧急查阅 at a time."""

SHORTEST_REASON = 4


@transaction.atomic
def share(
    household: Household, *, username: str, hours: int, reason: str, by: User, address: str | None = None
) -> Share:
    """Open a household to another account for some hours of `HOURS`.

    Raises PermissionDenied for whoever does not keep the household, ServiceError for an account that does not exist,
    sees the household already or is an administrator's, for another number of hours and without a reason.
    """
    policy.require(by, "change_register", household)
    if hours not in HOURS:
        raise ServiceError(_("请选择列出的期限。"), field="hours")
    reason = _reason(reason)
    user = _recipient(username)
    if _sees(user, household):
        raise ServiceError(_("这个账户已能查看这一户。"), field="username", code="duplicate")
    made = _create(household, user, by, hours, reason, urgent=False)
    log_access(by, "share", division=household.division_id, obj=household, reason=f"{user}：{reason}", address=address)
    return made


@transaction.atomic
def withdraw(found: Share, *, by: User, address: str | None = None) -> Share:
    """End a share now; the next request of its account finds the household closed.

    Raises PermissionDenied for whoever does not keep the household, ServiceError when it has ended already.
    """
    policy.require(by, "change_register", found)
    found = Share.objects.select_for_update().get(pk=found.pk)
    if found.withdrawn_at is not None or found.valid_until <= timezone.now():
        raise ServiceError(_("这项共享已经结束。"), code="ended")
    found.withdrawn_at, found.withdrawn_by_name = timezone.now(), str(by)
    found.save(update_fields=["withdrawn_at", "withdrawn_by_name"])
    reason = _("撤回：%(who)s") % {"who": found.user_name}
    log_access(by, "share", division=found.division_id, kind="access.share", reason=reason, address=address)
    return found


@transaction.atomic
def open_urgently(code: str, *, reason: str, by: User, address: str | None = None) -> Share:
    """Open a household outside one's own places to oneself for three hours, by its code or national number.

    The second place where a wider scope acts for a narrower one (docs/decisions.md): the household is found and the
    share is written in the region's scope, the access log in one's own. Its keepers see both.

    Raises PermissionDenied without `open_urgently`, ServiceError for an unknown code, a household that is open
    already, a reason too short, and beyond `URGENT_AT_ONCE` households at a time.
    """
    policy.require(by, "open_urgently")
    reason = _reason(reason)
    if Share.objects.valid(timezone.now()).filter(user=by, urgent=True).count() >= URGENT_AT_ONCE:
        raise ServiceError(_("同时紧急查阅的户数已达上限。"), code="limit")
    wanted = normalise_number(code)
    own = scopes.of(by)
    with scopes.activate(scopes.of(system_account())):
        found = Household.objects.filter(code=wanted).first() or Household.objects.filter(national_no=wanted).first()
        if not wanted or found is None:
            raise ServiceError(_("没有这个户编码。"), field="code")
        if own.allows("view_register", found.division_id) or found.pk in own.households:
            raise ServiceError(_("您已能查看这一户，直接查询即可。"), field="code", code="duplicate")
        made = _create(found, by, by, URGENT_HOURS, reason, urgent=True)
    log_access(
        by,
        "share",
        division=found.division_id,
        obj=found,
        reason=_("紧急查阅：%(why)s") % {"why": reason},
        address=address,
    )
    scopes.forget(by)
    return made


def _create(household: Household, user: User, by: User, hours: int, reason: str, *, urgent: bool) -> Share:
    return Share.objects.create(
        household=household,
        division_id=household.division_id,
        user=user,
        user_name=str(user),
        shared_by=by,
        shared_by_name=str(by),
        reason=reason,
        urgent=urgent,
        valid_until=timezone.now() + timedelta(hours=hours),
    )


def _reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ServiceError(_("请写明理由，至少%(n)d个字。") % {"n": SHORTEST_REASON}, field="reason")
    return reason[: Share._meta.get_field("reason").max_length]


def _recipient(username: str) -> User:
    """The account of this name; keepers mostly see no account but their own."""
    wanted = username.strip().lower()
    with scopes.activate(scopes.signing_in(wanted)):
        user = User.objects.filter(username=wanted, is_active=True).first()
    if user is None:
        raise ServiceError(_("没有这个账户。"), field="username")
    if any(ROLES[post.role.name].administrator for post in held(user, timezone.now())):
        raise ServiceError(_("管理员账户不能查看建档立卡数据。"), field="username")
    return user


def _sees(user: User, household: Household) -> bool:
    scope = scopes.of(user)
    return scope.allows("view_register", household.division_id) or household.pk in scope.households
