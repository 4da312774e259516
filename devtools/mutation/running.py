"""Running single tests again and again, and keeping what their module has set up from one to the next."""

from __future__ import annotations

import time
from typing import Any

from devtools.mutation.sharing import Shared


class Runner:
    """The base of both plugins."""

    def __init__(self) -> None:
        self.shared = Shared()
        self.module: Any = None
        self.why = ""

    def prepare(self) -> None:
        """Called when the settings are there."""

    def passes(self, item: Any) -> tuple[bool, float]:
        """Run one test: whether it passed (if not, `why` says what it said), and its seconds. Fixtures of its module
        stay for the next."""
        from _pytest.runner import runtestprotocol

        self.leave_for(item)
        started = time.perf_counter()
        item._initrequest()
        reports = runtestprotocol(item, nextitem=item, log=False)
        item.session._setupstate.teardown_exact(item.parent)
        self.module = item.parent
        self.why = next((report.longreprtext for report in reports if report.failed), "")
        return not self.why, time.perf_counter() - started

    def leave_for(self, item: Any) -> None:
        """Take down what the module before this test's had put up; everything without a test."""
        if self.module is not None and (item is None or self.module is not item.parent):
            self.module.session._setupstate.teardown_exact(item)
            self.module = None

    @staticmethod
    def say(text: str) -> None:
        """A line for whoever waits."""
        print(text, flush=True)
