"""Where what happens now comes from: the request or task, the address and the device. Logs and records name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

DEVICE_LENGTH = 200


@dataclass(frozen=True)
class Origin:
    """The id that answer, log lines and records of one request (or task) share; address and user agent, if any."""

    request_id: str = ""
    address: str | None = None
    device: str = ""


NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def current() -> Origin:
    """The origin of what happens now; blank in a command."""
    return _current.get()


def begin(origin: Origin) -> None:
    """Everything from now on comes from here; for what has no block (a worker's task)."""
    _current.set(origin)


@contextmanager
def begun(origin: Origin) -> Iterator[Origin]:
    """Everything in the block comes from here."""
    token = _current.set(origin)
    try:
        yield origin
    finally:
        _current.reset(token)
