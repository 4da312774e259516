"""Does this number belong to a registered household, and what may the asking department know of it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.common.errors import Refused, ServiceError
from apps.common.numbers import citizen_key, mask
from apps.common.sealing import blind_indexes
from apps.divisions import codes
from apps.history.services import log_access
from apps.households.models import REGISTERED, Household, Person
from apps.pages.places import Places
from apps.partners.choices import FIELDS, SCOPES
from apps.partners.services.tally import count
from apps.partners.services.tokens import Caller

BATCH = 100  # numbers in one request at most


def allowed_fields(caller: Caller, wanted: Sequence[str]) -> list[str]:
    """The fields asked for, each once. ServiceError (422) for one that does not exist, Refused (403) for one that the
    client's scopes do not open."""
    unknown = [name for name in wanted if name not in FIELDS]
    if unknown:
        raise ServiceError(_("没有这个字段：%(name)s。") % {"name": unknown[0][:40]}, field="fields", code="unknown")
    opened = frozenset().union(*(SCOPES[name].fields for name in caller.scopes if name in SCOPES))
    closed = [name for name in wanted if name not in opened]
    if closed:
        raise Refused(_("客户端的数据权限不包括字段：%(name)s。") % {"name": closed[0]}, field="fields")
    return list(dict.fromkeys(wanted))


def verify(caller: Caller, numbers: Sequence[str], *, purpose: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The answer for each number, in order, in the caller's scope; every question is written to the access log.

    A number that is registered elsewhere is answered exactly like one that is registered nowhere. ServiceError (422)
    for a number that cannot be one.
    """
    keys = []
    for number in numbers:
        key = citizen_key(number)
        if key is None:
            raise ServiceError(_("证件号码格式不正确。"), field="id_no", code="invalid")
        keys.append(key)
    asked = allowed_fields(caller, fields)
    found = _households(caller, keys, asked)
    count(caller.client, questions=len(keys), hits=sum(key in found for key in keys))
    for key in keys:
        household = found.get(key)
        log_access(
            caller.user,
            "search",
            division=caller.client.division_id,
            obj=household,
            kind="" if household else "households.person",
            fields=["id_no", *asked],
            rows=int(household is not None),
            reason=f"{purpose} {mask('citizen', key)}",
            address=caller.address,
        )
    places = Places.of(household.division_id for household in found.values() if "village_name" in asked)
    return [_answer(found.get(key), asked, places) for key in keys]


def _households(caller: Caller, keys: Sequence[str], fields: Sequence[str]) -> dict[str, Household]:
    """The registered household of each number, of those that the caller sees."""
    by_index = {index: key for key in keys for index in blind_indexes("citizen", key)}
    persons = Person.objects.visible_to(caller.user).filter(
        id_no_index__in=list(by_index), is_active=True, household__status__in=REGISTERED
    )
    owners = {by_index[bytes(index)]: pk for index, pk in persons.values_list("id_no_index", "household_id")}
    rows = Household.objects.visible_to(caller.user).filter(pk__in=set(owners.values()))
    if "head_name" in fields:
        rows = rows.with_head()
    if "member_count" in fields:
        rows = rows.with_member_count()
    households = {household.pk: household for household in rows}
    return {key: households[pk] for key, pk in owners.items() if pk in households}


def _answer(household: Household | None, fields: Sequence[str], places: Places) -> dict[str, Any]:
    if household is None:
        return {"registered": False}
    return {"registered": True, "household": {name: READ[name](household, places) for name in fields}}


def _date(value: Any) -> str | None:
    return value.isoformat() if value else None


READ: Mapping[str, Callable[[Any, Places], Any]] = {
    "status": lambda found, places: found.status,
    "village": lambda found, places: codes.text(found.division_id),
    "village_name": lambda found, places: places.full(found.division_id),
    "household_type": lambda found, places: found.household_type,
    "identified_on": lambda found, places: _date(found.identified_on),
    "exit_year": lambda found, places: found.exit_year,
    "code": lambda found, places: found.code,
    # A name is shown to officials only; a department gets the family name, to compare.
    "head_name": lambda found, places: f"{found.head_name[:1]}*" if found.head_name else None,
    "member_count": lambda found, places: found.member_count,
    "cause_main": lambda found, places: found.cause_main,
}
