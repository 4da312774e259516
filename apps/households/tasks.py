"""Background work on the register; a task takes ids and calls a service."""

from __future__ import annotations

from celery import shared_task

from apps.households.services import conflicts


@shared_task
def note_conflict(id_no_index: str, refused_division: int) -> None:
    """Note a registration conflict; `id_no_index` is the blind index in hexadecimal. Twice is as good as once."""
    conflicts.note_conflict(bytes.fromhex(id_no_index), refused_division)
