"""What was heard at homes in the demonstration: half of the households that are helped were asked in the last quarter,
and know who helps them; some had not known it earlier in the year, or the year before. Where it is planted they do not.
"""

from __future__ import annotations

from django.db import connection

from apps.dashboards.demo.bulk import Bulk

ASKED_FROM = "2018-10-08"
"""The first day of the last round; who was paired by then can be asked about his helper."""

_CHECKS = """
WITH asked AS (
    SELECT DISTINCT ON (household_id) household_id, division_id, carries = 'CV-14' AS planted,
           get_byte(hash_of_pair, 1) AS chance, get_byte(hash_of_pair, 2) AS days
    FROM demo_pairs WHERE status <> '41' AND from_on <= %s ORDER BY household_id, carries DESC
), rounds AS (
    SELECT *, date %s + days %% 60 AS checked_on, NOT planted AS knows FROM asked WHERE planted OR chance %% 2 = 0
    UNION ALL
    SELECT *, date '2018-04-02' + days %% 60, false FROM asked WHERE NOT planted AND chance %% 14 = 0
    UNION ALL
    SELECT *, date '2017-04-03' + days %% 60, false FROM asked WHERE NOT planted AND chance %% 14 = 7
)
INSERT INTO cadres_homecheck (household_id, division_id, checked_on, checker, knows_helper, satisfaction, note,
                              version, created_at, updated_at)
SELECT household_id, division_id, checked_on, '苏木乡镇核查组', knows,
       CASE WHEN NOT knows THEN 'dissatisfied' WHEN days %% 10 = 0 THEN '' WHEN days %% 10 < 3 THEN 'fairly'
            ELSE 'satisfied' END,
       '', 1, checked_on, checked_on FROM rounds ORDER BY household_id, checked_on"""


def ask_at_homes(bulk: Bulk) -> None:
    """Write the checks of the pairings in `demo_pairs`; those that carry CV-14 are of households that do not know."""
    with bulk.without_history(), connection.cursor() as cursor:
        cursor.execute(_CHECKS, [ASKED_FROM, ASKED_FROM])
        bulk.rows["cadres_homecheck"] += cursor.rowcount
