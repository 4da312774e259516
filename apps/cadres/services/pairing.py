"""结对: pairing, handing over, ending; one household or many, each checked by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access import policy
from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.models import User
from apps.cadres.models import Cadre
from apps.cadres.services.people import acting_everywhere, badges_of
from apps.common.errors import ServiceError
from apps.common.outcomes import Outcome
from apps.divisions import codes
from apps.households.models import HELPED, REGISTERED, Household

_Row = TypeVar("_Row")

CAPABILITY = Pairing.change_capability
USUAL_MOST = 5
"""More households than this are too many for one helper: a warning here, rule CV-02 at night (decisions.md 13)."""
MOST = 1000
"""Households of one bulk pairing at most."""


@dataclass
class Paired(Outcome):
    """What became of each household, and how many the cadre then has."""

    in_force: int = 0

    @property
    def too_many(self) -> bool:
        """Whether the cadre then helps more households than he should."""
        return self.in_force > USUAL_MOST


def in_force(cadre: Cadre, *, by: User) -> int:
    """How many households a cadre helps now, wherever they are: only their number is told."""
    return in_force_of([cadre.pk], by=by).get(cadre.pk, 0)


def in_force_of(cadres: Collection[int], *, by: User | scopes.Scope) -> dict[int, int]:
    """The same of many cadres; one who helps nobody is left out."""
    with scopes.activate(acting_everywhere(by)):
        rows = Pairing.objects.filter(cadre__in=cadres, until_on=None).order_by()
        return dict(rows.values_list("cadre_id").annotate(n=Count("pk")))


@transaction.atomic
def pair(household: Household, cadre: Cadre, *, by: User, on: date) -> Pairing:
    """Pair a cadre with a household from a day on.

    Raises PermissionDenied without `change_register` at the household, ServiceError for a household out of the
    register, a cadre who has left, a day to come, or a pairing that is there already.
    """
    policy.require(by, CAPABILITY, household.division_id)
    require_day(on)
    require_serving(cadre, on)
    require_helpable(household)
    if Pairing.objects.filter(household=household, cadre=cadre, until_on=None).exists():
        raise paired_already()
    return _write([household], cadre, by=by, on=on)[0]


@transaction.atomic
def pair_many(keys: Sequence[int], cadre: Cadre, *, by: User, on: date, dry_run: bool = False) -> Paired:
    """Pair a cadre with many households; those that cannot be are said, the others are done, all in one transaction.

    Raises ServiceError for what no household could be asked with: none or too many, a day to come, a cadre who left.
    """
    require_number(len(keys))
    require_day(on)
    require_serving(cadre, on)
    rows = Household.objects.visible_to(by).filter(pk__in=keys).select_related("division").order_by("pk")
    found = {one.pk: one for one in rows}
    known = Pairing.objects.filter(cadre=cadre, until_on=None, household__in=found)
    paired = set(known.values_list("household_id", flat=True))
    outcome, taken = Paired(), []
    for key in dict.fromkeys(keys):
        try:
            household = _visible(found, key)
            if not policy.can(by, CAPABILITY, household.division_id):
                raise not_yours()
            require_helpable(household)
            if key in paired:
                raise paired_already()
        except ServiceError as error:
            outcome.refuse(error.code, str(error), [key])
        else:
            taken.append(household)
            outcome.done.append(key)
    outcome.in_force = in_force(cadre, by=by) + len(taken)
    if taken and not dry_run:
        _write(taken, cadre, by=by, on=on)
    return outcome


@transaction.atomic
def hand_over_many(keys: Sequence[int], to: Cadre, *, by: User, on: date, reason: str, dry_run: bool = False) -> Paired:
    """交接, one step: the old pairings end and the new ones begin on the same day; those that cannot be are said, the
    others are done. Raises ServiceError as `pair_many` does, and without a reason.
    """
    require_number(len(keys))
    require_day(on)
    _require_reason(reason)
    require_serving(to, on)
    rows = Pairing.objects.visible_to(by).filter(pk__in=keys).select_related("household").order_by("pk")
    found = {one.pk: one for one in rows}
    with_him = Pairing.objects.filter(cadre=to, until_on=None, household__in=[one.household_id for one in rows])
    taken = set(with_him.values_list("household_id", flat=True))
    outcome, closing = Paired(), []
    for key in dict.fromkeys(keys):
        try:
            pairing = _visible(found, key)
            if not policy.can(by, CAPABILITY, pairing):
                raise not_yours()
            _require_open(pairing, on)
            if pairing.household_id in taken:
                raise paired_already()
            taken.add(pairing.household_id)
        except ServiceError as error:
            outcome.refuse(error.code, str(error), [key])
        else:
            closing.append(pairing)
            outcome.done.append(key)
    outcome.in_force = in_force(to, by=by) + len(closing)
    if closing and not dry_run:
        _close_all(closing, on, reason)
        _write([pairing.household for pairing in closing], to, by=by, on=on)
    return outcome


@dataclass(frozen=True)
class Exchange:
    """What is to become of one household: pairings that end, on one day with one reason, and who takes it from when."""

    household: Household
    ends: Sequence[Pairing]
    begins: Sequence[tuple[Cadre, date]]
    on: date
    reason: str


@transaction.atomic
def exchange_all(exchanges: Sequence[Exchange], *, by: User) -> None:
    """Write what an import has checked: few statements, however many households there are.

    Raises PermissionDenied without `change_register` at one of the households, ServiceError (409) when somebody else
    ended or began one of the pairings meanwhile: nothing is written then.
    """
    for one in exchanges:
        policy.require(by, CAPABILITY, one.household.division_id)
    closing: dict[tuple[date, str], list[Pairing]] = {}
    for one in exchanges:
        closing.setdefault((one.on, one.reason), []).extend(one.ends)
    for (on, reason), pairings in closing.items():
        _close_all(pairings, on, reason)
    _begin([(one.household, cadre, on) for one in exchanges for cadre, on in one.begins], by=by)


@transaction.atomic
def end(pairing: Pairing, *, by: User, on: date, reason: str, expected_version: int | None = None) -> Pairing:
    """End a pairing without a successor: of a household that is helped no more, or has another helper (不脱贫不脱钩).

    Raises ServiceError for every other household: that one is handed over.
    """
    policy.require(by, CAPABILITY, pairing)
    require_day(on)
    _require_reason(reason)
    _require_open(pairing, on)
    others = Pairing.objects.filter(household=pairing.household_id, until_on=None).exclude(pk=pairing.pk)
    if pairing.household.status in HELPED and not others.exists():
        raise ServiceError(_("脱贫不脱帮扶：该户只有这一名帮扶责任人，请办理交接。"), field="until_on", code="last")
    return _close(pairing, on, reason, expected_version)


def require_number(count: int) -> None:
    """ServiceError for no rows at all, or for more than are taken at once."""
    if not count:
        raise ServiceError(_("请先选择要办理的户。"), field="households", code="required")
    if count > MOST:
        message = _("一次最多办理 %(most)s 户，请缩小范围后分次办理。") % {"most": f"{MOST:,}"}
        raise ServiceError(message, field="households", code="too_many")


# --- the rules, one each ----------------------------------------------------------------------------------------------


def _visible(found: Mapping[int, _Row], key: int) -> _Row:
    if key not in found:
        raise ServiceError(_("没有这条记录，或者它不在您的范围内。"), code="not_found")
    return found[key]


def not_yours() -> ServiceError:
    """What somebody is told who sees a row and may not change it."""
    return ServiceError(_("您没有修改这条记录的权限。"), code="forbidden")


def paired_already() -> ServiceError:
    return ServiceError(_("这名干部已与该户结对。"), field="cadre", code="paired")


def require_day(on: date) -> None:
    """ServiceError for a day to come."""
    if on > timezone.localdate():
        raise ServiceError(_("日期不能晚于今天。"), field="on", code="future")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ServiceError(_("请写明原因。"), field="reason", code="required")


def require_serving(cadre: Cadre, on: date) -> None:
    """ServiceError for a cadre who has left by a day."""
    if cadre.left_on is not None and cadre.left_on <= on:
        raise ServiceError(_("这名干部已离岗，不能结对。"), field="cadre", code="left")


def require_helpable(household: Household) -> None:
    """In the register, and in a village that still is one: rows left behind in a merged one are moved first."""
    if household.status not in REGISTERED:
        raise ServiceError(_("该户不在册，不能结对。"), field="household", code="status")
    if household.division.ended_on is not None:
        raise ServiceError(
            _("%(village)s已撤并，请先完成该户的区划调整。") % {"village": codes.text(household.division_id)},
            field="household",
            code="merged",
        )


def _require_open(pairing: Pairing, on: date) -> None:
    if pairing.until_on is not None:
        raise ServiceError(_("这次结对已经结束。"), field="until_on", code="ended", status=409)
    if pairing.from_on > on:
        raise ServiceError(_("结束日期不能早于开始日期。"), field="on", code="before")


def _close(pairing: Pairing, on: date, reason: str, expected_version: int | None) -> Pairing:
    pairing.until_on, pairing.reason = on, reason.strip()
    pairing.save(expected_version=expected_version)
    return pairing


def _close_all(pairings: Sequence[Pairing], on: date, reason: str) -> None:
    """End them in one statement; ServiceError when somebody else ended one of them meanwhile."""
    rows = Pairing.objects.filter(pk__in=[one.pk for one in pairings], until_on=None)
    closed = rows.update(until_on=on, reason=reason.strip(), version=F("version") + 1, updated_at=Now())
    if closed != len(pairings):
        raise ServiceError(_("有结对刚刚已被结束，请重新选择。"), code="ended", status=409)


def _write(households: Sequence[Household], cadre: Cadre, *, by: User, on: date) -> list[Pairing]:
    return _begin([(one, cadre, on) for one in households], by=by)


def _begin(wanted: Sequence[tuple[Household, Cadre, date]], *, by: User) -> list[Pairing]:
    badges = badges_of({cadre.pk: cadre for _household, cadre, _on in wanted}.values(), by=by)
    rows = [
        Pairing(
            household=one,
            division_id=one.division_id,
            cadre=cadre,
            helper_id=cadre.account_id,
            from_on=on,
            **badges[cadre.pk],
        )
        for one, cadre, on in wanted
    ]
    try:
        with transaction.atomic():
            return Pairing.objects.bulk_create(rows, batch_size=2000)
    except IntegrityError as error:
        if "pairing_open_once" not in str(error):
            raise
        raise ServiceError(_("有户刚刚已与这名干部结对，请重新选择。"), code="paired", status=409) from None
