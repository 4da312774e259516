"""Writes on villages that are more than saving a form."""

from __future__ import annotations

from django.db import connections

from apps.access import scope as scopes
from apps.divisions import codes
from apps.divisions.models import Division
from apps.villages.models import Village


def ensure_villages(*, using: str = "default") -> int:
    """Give every village of the division tree that holds people its profile row; the number of rows made.

    One statement in the caller's transaction and scope: only villages inside it, and none twice. Virtual villages
    hold nobody, and a unit that ended gets no new profile.
    """
    wanted = Division.objects.using(using).pickable().at_level(codes.VILLAGE).order_by()
    scope = scopes.current()
    low, high = scope.ranges_of(Village.change_capability)[0] if scope else (0, 0)
    sql, params = wanted.filter(code__range=(low, high)).values("code").query.sql_with_params()
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Village._meta.db_table}"  # noqa: S608  # names of our own
            " (division_id, attributes, leader, leader_title, version, created_at, updated_at)"
            f" SELECT code, '{{}}', '', '', 1, now(), now() FROM ({sql}) AS wanted"
            " ON CONFLICT (division_id) DO NOTHING",
            params,
        )
        return cursor.rowcount
