"""`python -m bench.worker`: says "ready", reads the number of a run, and works its units as one of several workers."""

from __future__ import annotations

import sys
import time

import django

django.setup()

from apps.access import scope as scopes  # noqa: E402  (models want the settings first)
from apps.accounts.services import system_account  # noqa: E402
from apps.crosschecks.models import RunUnit  # noqa: E402
from apps.crosschecks.services import runs  # noqa: E402


def main(number: int) -> None:
    """Take units until none waits."""
    account = system_account()
    while True:
        with scopes.acting(account, source="command"):
            waiting = list(RunUnit.objects.filter(run=number, state__in=runs.WAITING).values_list("pk", "state"))
        if not waiting:
            return
        took = sum(runs.execute(pk, account) is not None for pk, _state in waiting)
        if not took:
            time.sleep(0.05)  # the last ones are in other hands


if __name__ == "__main__":
    print("ready", flush=True)
    main(int(sys.stdin.readline()))
