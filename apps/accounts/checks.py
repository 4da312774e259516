"""System checks: the role catalogue keeps apart what must be kept apart. Nothing starts before they passed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from apps.access.capabilities import CAPABILITIES, SEPARATIONS
from apps.accounts.roles import ROLES


@register(Tags.security)
def catalogue(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """No role holds by itself two capabilities that no account may hold; the administrators share none."""
    return list(_faults())


def _faults() -> Iterator[CheckMessage]:
    for first, second, _kind in SEPARATIONS:
        for name in (first, second):
            if name not in CAPABILITIES:
                yield Error(f"SEPARATIONS names {name}, which is no capability.", id="accounts.E001")
    for name, role in ROLES.items():
        for unknown in sorted(role.capabilities - CAPABILITIES.keys()):
            yield Error(f"The role {name} holds {unknown}, which is no capability.", id="accounts.E001")
        for first, second in role.clashes:
            yield Error(f"The role {name} holds both {first} and {second}.", id="accounts.E002")
    administrators = {name: role for name, role in ROLES.items() if role.administrator}
    for (one, first_role), (other, second_role) in combinations(administrators.items(), 2):
        if shared := first_role.capabilities & second_role.capabilities:
            yield Error(f"The administrators {one} and {other} share {', '.join(sorted(shared))}.", id="accounts.E003")
