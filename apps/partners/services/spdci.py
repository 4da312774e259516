"""The SPDCI social registry interface (version 1.0.0): its messages read strictly, its questions asked by `verify`.

A question names a person by the ID number, alone ("idtype-value") or together with conditions that must hold as well
("predicate", "expression"). There is one operator, equality, and a short list of attributes; whatever else the
standard allows (other operators, `or`, nesting, sorting, query languages) is rejected, because a register that can be
asked anything can be read out by asking. What is not registered, and what is not the client's, is an empty answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.common.errors import ServiceError
from apps.common.numbers import citizen_key
from apps.partners.choices import SCOPES
from apps.partners.services.tokens import Caller
from apps.partners.services.verifying import BATCH, verify

VERSION = "1.0.0"
PERSON = ("UIN", "NIN")  # the identifier types that name a person: both are the citizen number
# What conditions may be about: the standard's or our attribute, and the field that a client must be allowed to read.
ATTRIBUTES = {
    "household_status": "status",
    "household_type": "household_type",
    "village_code": "village",
    "exit_year": "exit_year",
}
MOST_CONDITIONS = 5
MOST_TEXT, MOST_PURPOSE = 99, 200
# What an answer holds, if the client's scopes open it: the field, and the attribute it is told as.
TOLD = {"status": "household_status", "identified_on": "registration_date", "code": "household_identifier"}
MORE = ("household_type", "exit_year", "head_name", "member_count", "cause_main")
CRITERIA = frozenset(
    {"version", "reg_type", "reg_event_type", "reg_record_type", "response_entity", "query_type", "query"}
    | {"sort", "pagination", "consent", "authorize"}
)


class Fault(ServiceError):
    """A message that cannot be taken: `code` is one of the standard's error codes."""

    status = 400


class _Rejected(Exception):
    """One search of a message that cannot be; the others are answered."""


@dataclass(frozen=True)
class Search:
    """One search of a message: a number with its conditions and purpose, or why it is rejected."""

    reference_id: str
    number: str = ""
    conditions: dict[str, str] = field(default_factory=dict)
    purpose: str = ""
    page_size: int = BATCH
    page_number: int = 1
    rejected: str = ""

    def stored(self) -> dict[str, Any]:
        """As JSON, for a job."""
        return asdict(self)


@dataclass(frozen=True)
class Message:
    """A message whose envelope is right: its header and what it carries."""

    header: dict[str, Any]
    transaction_id: str
    body: dict[str, Any]


def read(body: Any, *, action: str, caller: Caller) -> Message:
    """The message of a request body; Fault with the standard's code when its envelope is wrong."""
    if not isinstance(body, dict) or set(body) - {"signature", "header", "message"}:
        raise Fault(_("报文应由 signature、header、message 组成。"), code="err.request.bad")
    header, message = body.get("header"), body.get("message")
    if not isinstance(header, dict) or not isinstance(message, dict):
        raise Fault(_("报文应由 signature、header、message 组成。"), code="err.request.bad")
    if header.get("version", VERSION) != VERSION:
        raise Fault(_("只支持 1.0.0 版。"), code="err.version.not_supported")
    if header.get("is_msg_encrypted", False) is not False:
        raise Fault(_("不支持加密的报文，请使用 TLS。"), code="err.encryption.invalid")
    if header.get("sender_id") != caller.client.client_id:
        raise Fault(_("sender_id 应为客户端编号。"), code="err.sender_id.invalid")
    if header.get("receiver_id", settings.SPDCI_ID) != settings.SPDCI_ID:
        raise Fault(_("receiver_id 不是本平台的编号。"), code="err.receiver_id.invalid")
    if header.get("action") != action or not _is_text(header.get("message_id")) or not _is_time(header, "message_ts"):
        raise Fault(_("header 的 action、message_id 或 message_ts 不正确。"), code="err.request.bad")
    transaction = message.get("transaction_id")
    if not isinstance(transaction, str) or not _is_text(transaction):
        raise Fault(_("transaction_id 应为 1 至 99 个可见字符。"), code="err.request.bad")
    return Message(header, transaction, message)


def searches(message: Message, caller: Caller) -> list[Search]:
    """The searches of a message, each read or rejected by itself; Fault when they cannot be told apart."""
    items = message.body.get("search_request")
    if set(message.body) - {"transaction_id", "search_request"} or not isinstance(items, list):
        raise Fault(_("message 应由 transaction_id 和 search_request 组成。"), code="err.request.bad")
    if not 1 <= len(items) <= BATCH:
        raise Fault(_("一次可查询 1 至 %(most)d 条。") % {"most": BATCH}, code="err.request.bad")
    if message.header.get("total_count") != len(items) or isinstance(message.header["total_count"], bool):
        raise Fault(_("total_count 与查询条数不符。"), code="err.request.bad")
    found: list[Search] = []
    for item in items:
        if not isinstance(item, dict) or not _is_text(item.get("reference_id")):
            raise Fault(_("每条查询须有 reference_id。"), code="err.request.bad")
        reference = item["reference_id"]
        try:
            if any(one.reference_id == reference for one in found):
                raise _Rejected("rjct.reference_id.duplicate")
            found.append(_search(reference, item, message.header, caller))
        except _Rejected as why:
            found.append(Search(reference, rejected=str(why)))
    return found


def _search(reference: str, item: dict[str, Any], header: dict[str, Any], caller: Caller) -> Search:
    if not _is_time(item, "timestamp"):
        raise _Rejected("rjct.timestamp.invalid")
    criteria = item.get("search_criteria")
    if set(item) - {"reference_id", "timestamp", "search_criteria", "locale"} or not isinstance(criteria, dict):
        raise _Rejected("rjct.search_criteria.invalid")
    if set(criteria) - CRITERIA or criteria.get("version", VERSION) != VERSION:
        raise _Rejected("rjct.search_criteria.invalid")
    if criteria.get("sort"):
        raise _Rejected("rjct.sort.invalid")
    size, number = _page(criteria.get("pagination"))
    conditions = _conditions(criteria.get("query_type"), criteria.get("query"))
    named = [name for name in PERSON if name in conditions]
    if len(named) != 1:
        raise _Rejected("rjct.search_criteria.invalid")
    key = citizen_key(conditions.pop(named[0]))
    opened = opened_fields(caller)
    if key is None or any(ATTRIBUTES.get(name) not in opened for name in conditions):
        raise _Rejected("rjct.search_criteria.invalid")
    return Search(reference, key, conditions, _purpose(criteria, header), size, number)


def _conditions(kind: Any, query: Any) -> dict[str, str]:
    """What must be equal to what, by attribute; every form of query comes down to that."""
    pairs: list[tuple[Any, Any, Any]] = []
    if kind == "idtype-value" and (named := _members(query, "type", "value")):
        pairs = [(named[0], "eq", named[1])]
    elif kind == "predicate" and isinstance(query, list) and len(query) <= MOST_CONDITIONS:
        pairs = [pair for part in query for pair in _predicate(part)]
    elif kind == "expression" and isinstance(query, dict) and set(query) <= {"type", "value"}:
        inner = _members(query.get("value"), "expression")
        if inner and isinstance(inner[0], dict):
            pairs = [_equality(name, part) for name, part in inner[0].items()]
    found: dict[str, str] = {}
    for name, operator, value in pairs:
        known = isinstance(name, str) and name in (*PERSON, *ATTRIBUTES)
        if not known or name in found or operator != "eq" or not _is_value(value):
            raise _Rejected("rjct.search_criteria.invalid")
        found[name] = str(value)
    if len(found) > MOST_CONDITIONS:
        raise _Rejected("rjct.search_criteria.invalid")
    return found


def _predicate(part: Any) -> Iterable[tuple[Any, Any, Any]]:
    """The equalities of one predicate: one expression, or two joined by "and"."""
    known = {"seq_num", "expression1", "condition", "expression2"}
    if not isinstance(part, dict) or set(part) - known or part.get("condition", "and") != "and":
        raise _Rejected("rjct.search_criteria.invalid")
    for name in ("expression1", "expression2"):
        if name == "expression2" and part.get(name) is None:
            continue
        said = _members(part.get(name), "attribute_name", "operator", "attribute_value")
        if said is None:
            raise _Rejected("rjct.search_criteria.invalid")
        attribute, operator, value = said
        yield attribute, operator, value


def _equality(name: Any, part: Any) -> tuple[Any, Any, Any]:
    said = _members(part, "eq")
    if said is None:
        raise _Rejected("rjct.search_criteria.invalid")
    return name, "eq", said[0]


def _members(value: Any, *names: str) -> list[Any] | None:
    """The members of an object that has exactly these; None of anything else."""
    return [value[name] for name in names] if isinstance(value, dict) and set(value) == set(names) else None


def _page(pagination: Any) -> tuple[int, int]:
    """Size and number of the page asked for; there is never more than one record, but a wrong page is still wrong."""
    if pagination is None:
        return BATCH, 1
    if not isinstance(pagination, dict) or set(pagination) - {"page_size", "page_number"}:
        raise _Rejected("rjct.pagination.invalid")
    size: Any = pagination.get("page_size")
    number: Any = pagination.get("page_number", 1)
    if not _is_whole(size) or not _is_whole(number) or not 1 <= size <= BATCH or not 1 <= number <= 1_000_000:
        raise _Rejected("rjct.pagination.invalid")
    return size, number


def _purpose(criteria: dict[str, Any], header: dict[str, Any]) -> str:
    """What the search is for, as its authorisation, its consent or the message's `meta` says. It must be said."""
    for place in (criteria.get("authorize"), criteria.get("consent"), header.get("meta")):
        purpose = place.get("purpose") if isinstance(place, dict) else None
        text = purpose.get("text") if isinstance(purpose, dict) else purpose
        if isinstance(text, str) and (text := text.strip()):
            if len(text) <= MOST_PURPOSE and text.isprintable():
                return text
            break
    raise _Rejected("rjct.search_criteria.invalid")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_TEXT and value.isascii() and value.isprintable()


def _is_value(value: Any) -> bool:
    return (isinstance(value, str) and 0 < len(value) <= MOST_TEXT and "\x00" not in value) or _is_whole(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(holder: dict[str, Any], name: str) -> bool:
    text = holder.get(name)
    try:
        found = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return False
    return found is not None and found.tzinfo is not None


# --- answering ---


def opened_fields(caller: Caller) -> frozenset[str]:
    """The fields that the caller's scopes let him read."""
    return frozenset().union(*(SCOPES[name].fields for name in caller.scopes))


def answer(caller: Caller, asked: Sequence[Search]) -> list[dict[str, Any]]:
    """`search_response`, in order, in the caller's scope; every search that is not rejected is written down."""
    opened = opened_fields(caller)
    fields = [name for name in (*TOLD, "village", *MORE) if name in opened]
    by_purpose: dict[str, list[Search]] = {}
    for one in asked:
        if not one.rejected:
            by_purpose.setdefault(one.purpose, []).append(one)
    found: dict[str, dict[str, Any]] = {}
    for purpose, group in by_purpose.items():
        answers = verify(caller, [one.number for one in group], purpose=purpose, fields=fields)
        found |= {one.reference_id: one_answer for one, one_answer in zip(group, answers, strict=True)}
    return [_response(one, found.get(one.reference_id, {})) for one in asked]


def _response(asked: Search, found: dict[str, Any]) -> dict[str, Any]:
    head = {"reference_id": asked.reference_id, "timestamp": now()}
    if asked.rejected:
        return {**head, "status": "rjct", "status_reason_code": asked.rejected}
    household = found.get("household")
    if household is not None and any(
        str(household[ATTRIBUTES[name]]) != value for name, value in asked.conditions.items()
    ):
        household = None
    records = [record(household)] if household is not None else []
    return {
        **head,
        "status": "succ",
        "data": {"version": VERSION, "reg_records": records if asked.page_number == 1 else []},
        "pagination": {"page_size": asked.page_size, "page_number": asked.page_number, "total_count": len(records)},
        "locale": "zho",
    }


def record(household: dict[str, Any]) -> dict[str, Any]:
    """A household's fields as the standard's Person tells them; the person's own number is not repeated."""
    return {
        "@context": "https://schema.spdci.org/extensions/social/v1",
        "@type": "Person",
        **{told: household[name] for name, told in TOLD.items() if name in household},
        "address": {"@type": "Address", "region_code": household["village"]},
        "additional_attributes": [
            {"attribute_name": name, "attribute_value": household[name]} for name in MORE if name in household
        ],
    }


def now() -> str:
    """This moment as the standard writes it."""
    return timezone.localtime().isoformat(timespec="milliseconds")


def reply(caller: Caller, action: str, message: dict[str, Any], *, count: int) -> dict[str, Any]:
    """A whole message to the caller's department."""
    return {
        "header": {
            "version": VERSION,
            "message_id": str(uuid.uuid4()),
            "message_ts": now(),
            "action": action,
            "status": "succ",
            "total_count": count,
            "completed_count": count,
            "sender_id": settings.SPDCI_ID,
            "receiver_id": caller.client.client_id,
            "is_msg_encrypted": False,
        },
        "message": message,
    }
