"""Writing duties and teams."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access import policy
from apps.accounts.models import User
from apps.cadres.choices import TeamKind
from apps.cadres.models import Duty, TaskForce
from apps.cadres.services.people import badge_of
from apps.common.errors import ServiceError
from apps.villages.models import Village

CAPABILITY = Duty.change_capability
NOT_YET_LEFT = ("10", "30")
"""Statuses of a poor village that has not left poverty (village_status)."""


@transaction.atomic
def save_duty(duty: Duty, *, by: User, expected_version: int | None = None) -> Duty:
    """Give a duty, change or end it. An open one carries what the card says of its cadre or unit.

    Raises PermissionDenied without `change_register` at the place, ServiceError for a cadre who has left or a team
    that was withdrawn.
    """
    policy.require(by, CAPABILITY, duty.division_id)
    if duty.until_on is None and duty.team is not None and duty.team.withdrawn_on is not None:
        raise ServiceError(_("这支工作队已经撤离。"), field="team", code="withdrawn")
    if duty.pk is None:
        _introduce(duty, by)
    # Whose duty it is, and where, never changes; the cadre's own file may be out of the user's sight.
    duty.full_clean(exclude=("division", "cadre", "unit", "team") if duty.pk else None)
    duty.save(expected_version=expected_version)
    return duty


def _introduce(duty: Duty, by: User) -> None:
    """Write beside a new duty whose it is."""
    if duty.cadre is not None:
        if duty.cadre.left_on is not None and duty.cadre.left_on <= duty.from_on:
            raise ServiceError(_("这名干部已离岗，不能任职。"), field="cadre", code="left")
        for name, value in badge_of(duty.cadre, by=by).items():
            setattr(duty, name, value)
    elif duty.unit is not None:
        duty.unit_name = duty.unit.name


@transaction.atomic
def save_team(team: TaskForce, *, by: User, expected_version: int | None = None) -> TaskForce:
    """Set up, change or withdraw a team; with it the duties in it end, on the same day.

    Raises ServiceError for withdrawing from a poor village that has not left poverty (不脱贫不撤离), or without a
    reason.
    """
    policy.require(by, CAPABILITY, team.division_id)
    team.full_clean(exclude=("division", "unit") if team.pk else None)
    if team.withdrawn_on is not None:
        if not team.reason.strip():
            raise ServiceError(_("请写明原因。"), field="reason", code="required")
        poor = Village.objects.filter(division_id=team.division_id, village_status__in=NOT_YET_LEFT)
        if team.kind == TeamKind.VILLAGE and poor.exists():
            raise ServiceError(_("不脱贫不撤离：该村尚未退出。"), field="withdrawn_on", code="poor")
    team.save(expected_version=expected_version)
    if team.withdrawn_on is not None:
        for duty in Duty.objects.filter(team=team, until_on=None):
            duty.until_on, duty.reason = max(team.withdrawn_on, duty.from_on), _("工作队撤离")
            duty.save()
    return team
