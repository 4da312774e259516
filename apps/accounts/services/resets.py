"""Resets by two persons: one asks with a reason, another confirms within a day (GB/T 22239-2019, 8.1.4.1 d)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts import notices
from apps.accounts.models import Notice, Reset, User
from apps.accounts.roles import DELEGATED, ROLES
from apps.accounts.services import second_factor
from apps.accounts.services.posts import held, may_manage
from apps.accounts.services.users import issue_password, require_managing
from apps.accounts.sessions import end_all
from apps.common.errors import Refused, ServiceError
from apps.divisions import codes
from apps.history.services import log_access

What = Reset.What


@transaction.atomic
def ask(user: User, what: str, *, reason: str, by: User) -> Reset:
    """Ask for a reset of somebody else's account; nothing happens to it before another person confirms.

    ServiceError without a reason, while one is open already, or when there is nothing to reset; Refused for one's own
    account and for accounts that one could not have appointed.
    """
    _require_managing(by, user)
    if what not in What.values:
        raise ServiceError(_("没有这种重置。"), field="what")
    if not reason.strip():
        raise ServiceError(_("请说明理由。"), field="reason", code="required")
    _check_state(user, what)
    same = Reset.objects.filter(user=user, what=what, state=Reset.State.ASKED)
    same.filter(expires_at__lte=timezone.now()).update(state=Reset.State.LAPSED)
    try:
        with transaction.atomic():
            reset = Reset.objects.create(
                user=user,
                user_name=user.name,
                division_id=user.division_id,
                what=what,
                reason=reason.strip(),
                needed=2 if runs_the_region(user) else 1,
                asked_by=by,
                asked_by_name=by.name,
                expires_at=timezone.now() + timedelta(seconds=settings.RESET_SECONDS),
            )
    except IntegrityError as error:
        if "reset_open_once" not in str(error):
            raise
        raise ServiceError(_("这个账户已有同样的申请等待确认。"), code="open") from error
    _log(reset, by, "requested")
    notices.tell(user.pk, Notice.Kind.RESET_ASKED, what=what, by=by.name, reason=reset.reason)
    return reset


@transaction.atomic
def confirm(reset: Reset, *, by: User) -> str:
    """Confirm somebody else's request. The last confirmation carries it out and answers the new first password (empty
    for a second factor, and while one more person has to confirm).

    Refused for who asked, who confirmed before and the account itself; ServiceError when it is no longer open.
    """
    found = _locked(reset, by)
    user = User.objects.select_for_update().get(pk=found.user_id)
    _require_managing(by, user)
    policy.require_another(by, found.asked_by_id, found.first_by_id)
    _check_state(user, found.what)
    if found.first_by_id is None:
        found.first_by, found.first_by_name = by, by.name
    else:
        found.second_by, found.second_by_name = by, by.name
    # An account may have come to run the region since: as many as it takes now, never fewer than it took then.
    found.needed = max(found.needed, 2 if runs_the_region(user) else 1)
    if found.needed == 2 and found.second_by_id is None:
        found.save(update_fields=["first_by", "first_by_name", "needed"])
        _log(found, by, "requested")
        return ""
    found.state, found.ended_at = Reset.State.DONE, timezone.now()
    found.save()
    _log(found, by, "done")
    password = _carry_out(user, found.what)
    confirmed = "、".join(filter(None, (found.first_by_name, found.second_by_name)))
    notices.tell(
        user.pk,
        Notice.Kind.RESET_DONE,
        what=found.what,
        by=found.asked_by_name,
        confirmed=confirmed,
        reason=found.reason,
    )
    return password


@transaction.atomic
def withdraw(reset: Reset, *, by: User) -> Reset:
    """Take a request back: who asked, or whoever could have confirmed it."""
    found = _locked(reset, by)
    if found.asked_by_id != by.pk:
        _require_managing(by, User.objects.get(pk=found.user_id))
    found.state, found.ended_at = Reset.State.WITHDRAWN, timezone.now()
    found.save(update_fields=["state", "ended_at"])
    _log(found, by, "refused")
    return found


def may_confirm(by: User, reset: Reset) -> bool:
    """Whether `by` may confirm this request as it stands."""
    if not reset.is_open or by.pk in (reset.asked_by_id, reset.first_by_id):
        return False
    return _manages(by, reset.user_id)


def may_withdraw(by: User, reset: Reset) -> bool:
    """Whether `by` may take this request back."""
    if not reset.is_open or not policy.can(by, "manage_accounts", reset.division_id):
        return False
    return reset.asked_by_id == by.pk or _manages(by, reset.user_id)


def runs_the_region(user: User) -> bool:
    """Whether an account manages accounts, or administers, at the region: two others must confirm, because no level
    above could."""
    return any(
        codes.level(post.division_id) == codes.REGION
        and (ROLES[post.role.name].administrator or ROLES[post.role.name].capabilities >= DELEGATED)
        for post in held(user, timezone.now())
        if post.role.name in ROLES
    )


def _carry_out(user: User, what: str) -> str:
    """Do what two persons agreed on, in the name of the last of them; the history of the account says so."""
    end_all(user)
    if what == What.FACTOR:
        second_factor.forget(user)
        return ""
    if what == What.OPEN:
        user.is_active, user.closed_because = True, ""
        user.save(update_fields=["is_active", "closed_because"])
    return issue_password(user)


def _check_state(user: User, what: str) -> None:
    """ServiceError when the account, as it is, has nothing of this kind to be reset."""
    if what == What.OPEN and user.is_active:
        raise ServiceError(_("这个账户没有停用。"), code="state")
    if what != What.OPEN and not user.is_active:
        raise ServiceError(_("账户已停用，请申请重新启用。"), code="state")
    if what == What.FACTOR and user.second_factor_at is None:
        raise ServiceError(_("这个账户没有绑定动态口令。"), code="missing")


def _locked(reset: Reset, by: User) -> Reset:
    """The request, held until the end of the transaction; ServiceError (409) when it is no longer open."""
    found = Reset.objects.editable_by(by).select_for_update(of=("self",)).filter(pk=reset.pk).first()
    if found is None:
        raise PermissionDenied
    if not found.is_open:
        raise ServiceError(_("这项申请已经办结或过期。"), code="ended", status=409)
    return found


def _manages(by: User, account: int) -> bool:
    """Whether an account is `by`'s to manage. It may have moved out of his sight since it was asked for."""
    user = User.objects.filter(pk=account).first()
    return user is not None and may_manage(by, user)


def _require_managing(by: User, user: User) -> None:
    if user.pk == by.pk:
        raise Refused(_("自己的账户不能由自己申请或确认重置。"))
    require_managing(by, user)


def _log(reset: Reset, by: User, result: str) -> None:
    account = User.objects.get(pk=reset.user_id)
    log_access(
        by,
        "factor" if reset.what == What.FACTOR else "account",
        division=reset.division_id,
        obj=account,
        fields=[f"reset_{reset.what}"],
        reason=reset.reason,
        result=result,
    )
