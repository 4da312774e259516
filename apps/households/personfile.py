"""One person's whole file, and who looked at it (PIPL 44, 45, 50, 57): everything kept of him, part by part.

A part is a resource and the way from its rows to the person or his household. Apps above add theirs from their
`ready()`. What hangs off a person and is in no part fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access import policy
from apps.access import scope as scopes
from apps.access.models import Pairing
from apps.accounts.tables import Words
from apps.common.errors import ServiceError
from apps.common.sealing import blind_indexes
from apps.history.models import AccessLog
from apps.history.services import history_of, log_access
from apps.households import tables
from apps.households.models import Person, RegistrationConflict
from apps.pages.columns import Column, Reader
from apps.pages.kinds import DATE, IDENTIFIER, MOMENT, PLACE, Choice, State
from apps.pages.resources import Resource

CAPABILITY = "view_personal_data"
TRACE = "trace_access"
MOST = 200
"""Rows of one part, and of the list of who looked; the file says so where there are more."""
SHORTEST_REASON = 4


class PairingPart(Resource):
    """帮扶结对 of the household; only a part of a file, without pages of its own."""

    name = "pairing"
    model = Pairing
    columns = (
        Column("helper", _("帮扶责任人"), source="name"),
        Column("unit_name", _("帮扶单位")),
        Column("from_on", _("开始日期"), kind=DATE),
        Column("until_on", _("结束日期"), kind=DATE),
    )


class ConflictPart(Resource):
    """重复登记 of the person's number; only a part of a file."""

    name = "registration-conflict"
    model = RegistrationConflict
    columns = (
        Column("noticed_at", _("发现时间"), kind=MOMENT),
        Column("registered_division", _("在册地"), kind=PLACE),
        Column("refused_division", _("申请地"), kind=PLACE),
        Column("state", _("状态"), kind=Choice(RegistrationConflict.State)),
        Column("resolved_at", _("处理时间"), kind=MOMENT),
    )


@dataclass(frozen=True)
class Part:
    """Rows of a resource that tell of a person; `of` narrows them to his."""

    title: str | Promise
    resource: type[Resource]
    of: Callable[[Person], Q]


def of_household(person: Person) -> Q:
    """Rows of the person's household."""
    return Q(household=person.household_id)


def of_person(person: Person) -> Q:
    """Rows of the person himself."""
    return Q(person=person.pk)


def of_number(person: Person) -> Q:
    """Rows that know the person by his number, under any key in force."""
    clear = person.id_no.clear() if person.id_no else ""
    return Q(id_no_index__in=blind_indexes("citizen", clear)) if clear else Q(pk=None)


_parts: list[Part] = [
    Part(_("个人年度情况"), tables.PersonYearResource, of_person),
    Part(_("所在户"), tables.HouseholdResource, lambda person: Q(pk=person.household_id)),
    Part(
        _("自然变更"),
        tables.NaturalChangeResource,
        lambda person: Q(person=person.pk) | Q(new_head=person.pk) | Q(household=person.household_id, person=None),
    ),
    Part(_("户状态变化"), tables.StatusEventResource, of_household),
    Part(_("户年度收入"), tables.HouseholdIncomeResource, of_household),
    Part(_("户两不愁三保障"), tables.GuaranteeStatusResource, of_household),
    Part(_("户生产生活条件"), tables.HouseholdYearResource, of_household),
    Part(_("帮扶结对"), PairingPart, of_household),
    Part(_("共享与紧急查阅"), tables.ShareResource, of_household),
    Part(_("重复登记"), ConflictPart, of_number),
]


def register(part: Part) -> None:
    """Add a part to every file; called once from an app's `ready()`."""
    if part not in _parts:
        _parts.append(part)


def parts() -> Sequence[Part]:
    """The parts of a file, in their order."""
    return tuple(_parts)


def person_of(user: Any, key: int) -> Person:
    """The person, if the user sees him and may read personal data there; Http404, then PermissionDenied."""
    found = Person.objects.visible_to(user).filter(pk=key).first()
    if found is None:
        raise Http404
    policy.require(user, CAPABILITY, found)
    return found


@dataclass(frozen=True)
class Table:
    """A part that was read: its columns, the fetched rows, and whether there are more of them."""

    part: Part
    reader: Reader
    rows: list[Sequence[Any]]
    more: bool

    @property
    def lines(self) -> list[Any]:
        """The rows as the inside of table rows."""
        return list(self.reader.table_rows(self.rows))


def read(user: Any, person: Person) -> list[Table]:
    """All parts of a file; one query each, and the names of places."""
    found = []
    for part in _parts:
        reader = part.resource.reader(user, _told(part.resource))
        rows = part.resource.rows(user).filter(part.of(person)).order_by("pk").values_list(*reader.paths)
        fetched = list(rows[: MOST + 1])
        found.append(Table(part, reader, fetched[:MOST], len(fetched) > MOST))
    return found


def body(user: Any, person: Person) -> dict[str, Any]:
    """The file for programs."""
    own = tables.PersonResource
    reader = own.reader(user, own.api_columns())
    row = own.rows(user).filter(pk=person.pk).values_list(*reader.paths).get()
    return {
        "person": reader.json([row])[0],
        "parts": {
            table.part.resource.name: {"results": table.reader.json(table.rows), "more": table.more}
            for table in read(user, person)
        },
        "changes": [
            {
                "at": MOMENT.json(change["at"]),
                "user": change["user"],
                "source": change["source"],
                "fields": [one["field"].name for one in change["changes"]],
            }
            for change in history_of(person, user)
        ],
    }


def _told(resource: type[Resource]) -> list[Column]:
    """All columns but those of the platform's own counting."""
    return [column for column in resource.columns if column.name not in ("version", "id")]


# --- who looked -------------------------------------------------------------------------------------------------------

LOOKED = (
    Column("at", _("时间"), kind=MOMENT),
    Column("username", _("用户名"), kind=IDENTIFIER),
    Column("post", _("任职")),
    Column("action", _("操作"), kind=State(labels=dict(AccessLog.Action.choices), colours={"reveal": "yellow"})),
    Column("result", _("结果"), kind=State(labels=dict(AccessLog.Result.choices), colours={"refused": "red"})),
    Column("fields", _("字段"), kind=Words()),
    Column("reason", _("理由")),
    Column("source", _("途径")),
)


def lookers(user: Any, person: Person, reason: str) -> Table:
    """Who looked at the person or his household, newest first; asking is on record itself.

    Audit administrators read the whole log on its own page and see no register. Officers from the county up hold the
    right to this one question about a person of theirs: the log is lent to them for it, addresses and devices not.
    Raises PermissionDenied without that right, ServiceError without a reason.
    """
    policy.require(user, TRACE, person)
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ServiceError(_("请写明查看理由。"), field="reason")
    log_access(user, "view", division=person.division_id, obj=person, fields=["access_log"], reason=reason)
    reader = Reader(LOOKED, model=AccessLog, user=user)
    about = Q(object_kind="households.person", object_id=person.pk) | Q(
        object_kind="households.household", object_id=person.household_id
    )
    lent = scopes.everywhere("view_audit", user_id=user.pk, username=user.username)
    with scopes.activate(lent):
        rows = list(AccessLog.objects.filter(about).order_by("-at", "-pk").values_list(*reader.paths)[: MOST + 1])
    part = Part(_("查阅记录"), tables.PersonResource, of_person)
    return Table(part, reader, rows[:MOST], len(rows) > MOST)
