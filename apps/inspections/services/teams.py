"""督查组: who goes where. A member never inspects his own place, and of an unannounced inspection does not even learn
that somebody goes there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.errors import ServiceError
from apps.divisions import codes
from apps.divisions.models import Division
from apps.inspections.choices import InspectionKind
from apps.inspections.models import Inspection, InspectionTarget, InspectionTeam, TeamMember

READS = "view_supervision"
BETWEEN = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True)
class Line:
    """One person of one team. `account`: a user name, empty for somebody without; `places`: names or codes of the
    inspected places that the team goes to, on any line of the team."""

    team: int
    name: str
    unit: str = ""
    account: str = ""
    leader: bool = False
    places: str = ""


def office(by: User) -> scopes.Scope:
    """The scope in which the rows of an inspection are written once it is settled that `by` may: they lie partly at
    places that he does not see."""
    return scopes.everywhere(READS, user_id=by.pk, username=by.username)


def set_teams(inspection: Inspection, lines: Sequence[Line], *, by: User) -> None:
    """Replace the teams of an inspection. Raises ServiceError at `teams` for what does not fit."""
    if not lines:
        raise _wrong(_("请填写督查组成员。"), "required")
    with scopes.activate(office(by)):
        targets = list(InspectionTarget.objects.filter(inspection=inspection))
    going = _places(lines, targets)
    accounts = _accounts({line.account for line in lines if line.account})
    for number, team in _by_team(lines).items():
        if sum(line.leader for line in team) != 1:
            raise _wrong(_("第 %(number)d 组应有一名组长。") % {"number": number}, "leader")
        for line in team:
            if line.account:
                _require_stranger(inspection, line, accounts, targets, going[number])
    used = [line.account for line in lines if line.account]
    if len(used) != len(set(used)):
        raise _wrong(_("同一人只能参加一个组。"), "twice")
    with scopes.activate(office(by)):
        InspectionTarget.objects.filter(inspection=inspection).update(team=None)
        InspectionTeam.objects.filter(inspection=inspection).delete()
        for number, team in _by_team(lines).items():
            made = InspectionTeam.objects.create(
                inspection=inspection,
                division_id=inspection.division_id,
                number=number,
                name=_("第%(number)d组") % {"number": number},
            )
            TeamMember.objects.bulk_create(
                TeamMember(
                    inspection=inspection,
                    division_id=inspection.division_id,
                    team=made,
                    account=accounts.get(line.account),
                    name=line.name.strip(),
                    unit=line.unit.strip(),
                    leader=line.leader,
                )
                for line in team
            )
            InspectionTarget.objects.filter(inspection=inspection, place_id__in=going[number]).update(team=made)


def is_member(inspection: Inspection, user: User) -> bool:
    """Whether somebody is on a team by his account."""
    return TeamMember.objects.filter(inspection=inspection, account_id=user.pk).exists()


def _by_team(lines: Iterable[Line]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for line in lines:
        found.setdefault(line.team, []).append(line)
    return dict(sorted(found.items()))


def _places(lines: Sequence[Line], targets: Sequence[InspectionTarget]) -> dict[int, set[int]]:
    """The places of each team. Of a single team they are all, where none are said."""
    known = {place: place for place in (target.place_id for target in targets)}
    named: dict[str, int] = {str(place): place for place in known}
    for division in Division.objects.filter(pk__in=known):
        named |= {division.name: division.pk, division.short_name: division.pk}
    teams = _by_team(lines)
    going: dict[int, set[int]] = {number: set() for number in teams}
    for line in lines:
        for word in filter(None, BETWEEN.split(line.places.strip())):
            if word not in named:
                raise _wrong(_("“%(place)s”不是本次督查的受检地区。") % {"place": word}, "place")
            going[line.team].add(named[word])
    if len(teams) == 1 and not any(going.values()):
        return {number: set(known) for number in teams}
    said = [place for places in going.values() for place in places]
    if len(said) != len(set(said)):
        raise _wrong(_("一个受检地区只能由一个组负责。"), "place_twice")
    if missing := set(known) - set(said):
        name = Division.objects.get(pk=min(missing)).short_name
        raise _wrong(_("“%(place)s”还没有督查组。") % {"place": name}, "place_missing")
    return going


def _accounts(names: set[str]) -> dict[str, User]:
    """Accounts by their names that are in use and read supervision somewhere. Whoever sets a team mostly does not see
    the accounts themselves."""
    with scopes.activate(scopes.everywhere("view_accounts")):
        found = {user.username: user for user in User.objects.filter(username__in=names, is_active=True)}
    for name in sorted(names):
        if name not in found or not scopes.of(found[name]).ranges_of(READS):
            raise _wrong(_("账户“%(name)s”不能参加督查。") % {"name": name}, "account")
    return found


def _require_stranger(
    inspection: Inspection,
    line: Line,
    accounts: dict[str, User],
    targets: Sequence[InspectionTarget],
    going: set[int],
) -> None:
    """Whose own place is inspected is not sent there."""
    user = accounts[line.account]
    scope = scopes.of(user)
    own = {low for ranges in scope.capabilities.values() for low, _high in ranges} | {user.division_id}
    wide = inspection.kind == InspectionKind.UNANNOUNCED
    places = {target.place_id for target in targets} if wide else going
    if any(codes.contains(place, home) for place in places for home in own):
        raise _wrong(_("“%(name)s”不能督查自己任职的地区。") % {"name": line.name}, "own_place")


def _wrong(message: Any, code: str) -> ServiceError:
    return ServiceError(message, field="teams", code=code)
