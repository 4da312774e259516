"""An auditor's questions are answered from an index, whoever asks."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.access import scope as scopes
from apps.divisions.codes import subtree
from apps.history.models import AccessLog

pytestmark = pytest.mark.django_db

AUDITOR = scopes.Scope(user_id=1, username="auditor", capabilities={"view_audit": (subtree(150000000000),)})


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ({"object_key__startswith": "15042210020000015"}, "object_key)::text ~>=~"),
        ({"object_kind": "households.household", "object_id": 7}, "object_id = 7"),
        ({"username": "county"}, "username)::text = 'county'"),
    ],
    ids=["beginning of a code", "key", "account"],
)
def test_what_is_asked_is_a_condition_of_an_index(question, condition):
    with scopes.acting(AUDITOR):
        with connection.cursor() as cursor:
            # An empty table would be read whole, however it is indexed.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = AccessLog.objects.visible_to(AUDITOR).filter(**question).explain()
    assert any("Index Cond" in line and condition in line for line in plan.splitlines()), plan
