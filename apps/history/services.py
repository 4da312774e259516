"""Writing the access log, and reading the history of one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from apps.access import scope as scopes
from apps.access.models import PlacedModel
from apps.history.models import AccessLog


def log_access(
    user: Any,
    action: str,
    *,
    division: int,
    obj: models.Model | None = None,
    kind: str = "",
    fields: Sequence[str] = (),
    rows: int | None = None,
    reason: str = "",
    address: str | None = None,
) -> None:
    """Record that `user` looked at or took out personal data, in the caller's transaction: no record, no access.

    `division` is the place of what was looked at (of an export: the place asked for); `rows` the number of rows.
    """
    current = scopes.current()
    AccessLog.objects.create(
        user_id=user.pk,
        username=user.username,
        action=action,
        division_id=division,
        object_kind=kind or (obj._meta.label_lower if obj is not None else ""),
        object_id=obj.pk if obj is not None else None,
        fields=list(fields),
        rows=rows,
        reason=reason,
        address=address,
        source=current.source if current else "",
    )


def history_of(obj: PlacedModel, *, limit: int = 50) -> list[dict[str, Any]]:
    """The latest changes of a tracked row, newest first: when, who, through what, and per field old and new value.

    Each change compares an event with the one before it; the first event is the creation. One query.
    """
    meta: Any = obj._meta  # the relation is pghistory's own
    event_model = meta.get_field("events").related_model
    events = list(event_model.objects.filter(pgh_obj_id=obj.pk).order_by("-pgh_id")[: limit + 1])
    tracked = [field for field in obj._meta.concrete_fields if hasattr(event_model, field.attname)]
    changes = []
    for index, event in enumerate(events[:limit]):
        before = events[index + 1] if index + 1 < len(events) else None
        context = event.pgh_context or {}
        changed = [
            {"field": field, "old": getattr(before, field.attname), "new": getattr(event, field.attname)}
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
