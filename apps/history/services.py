"""Writing the access log, and reading the history of one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models, transaction

from apps.access import scope as scopes
from apps.access import sight
from apps.access.models import PlacedModel
from apps.common import fieldclasses
from apps.common.fields import SealedField
from apps.divisions import codes
from apps.history import chain, origin
from apps.history.models import AccessLog


def log_access(
    user: Any,
    action: str,
    *,
    division: int,
    obj: models.Model | None = None,
    kind: str = "",
    key: str = "",
    fields: Sequence[str] = (),
    rows: int | None = None,
    reason: str = "",
    address: str | None = None,
    result: str = "done",
    username: str = "",
) -> None:
    """Record what `user` (None: nobody is known) looked at, took out or changed: no record, no act.

    The row is written in the caller's transaction, just before its commit; a failure there undoes the transaction.
    `division` is the place of what was acted on (of an export: the place asked for), `rows` the number of rows.
    Address (unless it is given), device and request id are those of the request or task.
    """
    current, here = scopes.current(), origin.current()
    posts = current.posts if current and user is not None and current.user_id == user.pk else ()
    name = username or (user.username if user is not None else "")
    row = AccessLog(
        user_id=user.pk if user is not None else None,
        username=name[:60],
        post=",".join(posts)[:200],
        level=min((codes.level(int(post.rpartition("@")[2])) for post in posts), default=None),
        action=action,
        result=result,
        division_id=division,
        object_kind=kind or (obj._meta.label_lower if obj is not None else ""),
        object_id=obj.pk if obj is not None else None,
        object_key=(key or key_of(obj))[:60],
        fields=list(fields),
        rows=rows,
        reason=reason[:500],
        address=address or here.address,
        device=here.device,
        source=current.source if current else "",
        request_id=here.request_id,
        chain=chain.chain_of(name[:60]),
    )
    with transaction.atomic(savepoint=False):
        connection.before_commit(chain.collect, row)  # type: ignore[attr-defined]  # of apps.access.backend


def log_view(user: Any, obj: Any, *, fields: Sequence[str] = ()) -> None:
    """Record that `user` looked at one row, if it tells of a household or person; nothing otherwise."""
    if getattr(obj, "household_lookup", None):
        log_access(user, "view", division=obj.division_id, obj=obj, fields=fields)


def key_of(obj: models.Model | None) -> str:
    """What people call an object by: the code of a household (also for what hangs off it), person or village, the name
    of an account."""
    try:
        household = getattr(obj, "household", None)
    except ObjectDoesNotExist:  # one's own row about a household that one does not see any more
        household = None
    for one in (obj, household):
        for name in ("code", "username"):
            if isinstance(written := getattr(one, name, None), str):
                return written
    return ""


def history_of(obj: PlacedModel, user: Any, *, limit: int = 50) -> list[dict[str, Any]]:
    """The latest changes of a tracked row, newest first: when, who, through what, and per field old and new value.

    That a sensitive field was changed is told to everybody who sees the row; its values are None and `masked` for those
    who do not read them (numbers under seal show their masks as everywhere).
    Each change compares an event with the one before it; the first event is the creation. One query.
    """
    meta: Any = obj._meta  # the relation is pghistory's own
    event_model = meta.get_field("events").related_model
    events = list(event_model.objects.filter(pgh_obj_id=obj.pk).order_by("-pgh_id")[: limit + 1])
    tracked = [field for field in obj._meta.concrete_fields if hasattr(event_model, field.attname)]
    whole = sight.opens(user, obj)
    changes = []
    for index, event in enumerate(events[:limit]):
        before = events[index + 1] if index + 1 < len(events) else None
        context = event.pgh_context or {}
        changed = [
            _change(field, before, event, whole)
            for field in tracked
            if before is not None
            and field.name not in ("version", "updated_at")
            and getattr(before, field.attname) != getattr(event, field.attname)
        ]
        if before is None or changed:
            changes.append(
                {
                    "at": event.pgh_created_at,
                    "user": context.get("name", ""),
                    "source": context.get("source", ""),
                    "created": before is None and len(events) <= limit,
                    "changes": changed,
                }
            )
    return changes


def _change(field: models.Field[Any, Any], before: Any, event: Any, whole: bool) -> dict[str, Any]:
    """The old and the new value of one field, or that they are not for this reader."""
    masked = not whole and fieldclasses.is_sensitive(field) and not isinstance(field, SealedField)
    old, new = (None, None) if masked else (getattr(before, field.attname), getattr(event, field.attname))
    return {"field": field, "old": old, "new": new, "masked": masked}
