"""Every number of the register in the clear, as JSON: `python -m devtools.opening`, for the search of what is left."""

from __future__ import annotations

import json

import django


def main() -> None:
    """Open them in the scope of the account of night work, which sees the whole register."""
    django.setup()
    from apps.access import scope as scopes
    from apps.accounts.services import system_account
    from apps.households.models import Household, Person
    from apps.villages.models import Village

    held = ((Person, ("id_no", "disability_no")), (Household, ("phone", "bank_account")), (Village, ("leader_phone",)))
    found: set[str] = set()
    with scopes.acting(system_account()):
        for model, names in held:
            for row in model.objects.values_list(*names):
                found.update(one.clear() for one in row if one)
    print(json.dumps(sorted(found)))


if __name__ == "__main__":
    main()
