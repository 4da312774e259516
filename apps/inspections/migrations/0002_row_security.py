"""Inspections behind row-level security, in a realm of their own.

Who is on a team reads the inspection and what hangs off it, wherever it is run. A team and its members lie where their
inspection lies; a target lies there as well until it is opened to the inspected place. No inspection is deleted.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE
ME = rls.setting("user", "bigint")
MINE = f"(SELECT inspection_id FROM inspections_teammember WHERE account_id = {ME})"  # noqa: S608  (our own words; values are parameters)


def follow(table: str, key: str, target: str) -> migrations.RunSQL:
    """Keep a row placed where the row is that it hangs off."""
    name = f"inspections_{table}_{key}_place"
    return migrations.RunSQL(
        f"ALTER TABLE inspections_{table} ADD CONSTRAINT {name} FOREIGN KEY ({key}, division_id) "
        f"REFERENCES inspections_{target} (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE inspections_{table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]

    operations = [
        follow("inspectionteam", "inspection_id", "inspection"),
        follow("teammember", "team_id", "inspectionteam"),
        rls.protect("inspections_teammember", realm="supervision", own="account_id"),
        rls.protect("inspections_inspection", realm="supervision", read=f"id IN {MINE}"),
        rls.protect("inspections_inspectionevent", realm="supervision", append_only=True),
        rls.protect("inspections_inspectionteam", realm="supervision", read=f"inspection_id IN {MINE}"),
        rls.protect("inspections_inspectiontarget", realm="supervision", read=f"inspection_id IN {MINE}"),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON inspections_inspection FROM {APP}",
            f"GRANT DELETE ON inspections_inspection TO {APP}",
        ),
    ]
