"""The log, samples and on-site forms of inspections behind row-level security.

All of it lies where its inspection lies, not where the sampled place is: nobody there reads what was drawn or found.
Logs, draws, forms and photos are added and not changed; of a sampled unit only that it was replaced is written later,
and of a form the problem that was raised from it.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE
ME = rls.setting("user", "bigint")
MINE = f"inspection_id IN (SELECT inspection_id FROM inspections_teammember WHERE account_id = {ME})"  # noqa: S608  (our own words; values are parameters)
DROPPED = "dropped_on, dropped_reason, dropped_by_name"


def follow(table: str, key: str, target: str) -> migrations.RunSQL:
    """Keep a row placed where the row is that it hangs off."""
    name = f"inspections_{table}_{key}_place"
    return migrations.RunSQL(
        f"ALTER TABLE inspections_{table} ADD CONSTRAINT {name} FOREIGN KEY ({key}, division_id) "
        f"REFERENCES inspections_{target} (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE inspections_{table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_samples_and_forms")]

    operations = [
        follow("inspectionlog", "inspection_id", "inspection"),
        follow("formquestion", "template_id", "formtemplate"),
        follow("sample", "inspection_id", "inspection"),
        follow("sampledunit", "sample_id", "sample"),
        follow("siteform", "unit_id", "sampledunit"),
        follow("siteformconflict", "form_id", "siteform"),
        follow("siteformphoto", "form_id", "siteform"),
        rls.protect("inspections_formtemplate", realm="supervision"),
        rls.protect("inspections_formquestion", realm="supervision"),
        rls.protect("inspections_inspectionlog", realm="supervision", read=MINE, append_only=True),
        rls.protect("inspections_sample", realm="supervision", read=MINE, append_only=True),
        rls.protect("inspections_sampledunit", realm="supervision", read=MINE, append_only=True),
        rls.protect("inspections_siteform", realm="supervision", read=MINE, append_only=True),
        rls.protect("inspections_siteformconflict", realm="supervision", read=MINE, append_only=True),
        rls.protect("inspections_siteformphoto", realm="supervision", read=MINE, append_only=True),
        migrations.RunSQL(
            f"GRANT UPDATE ({DROPPED}) ON inspections_sampledunit TO {APP};"
            f" GRANT UPDATE (problem) ON inspections_siteform TO {APP}",
            f"REVOKE UPDATE ({DROPPED}) ON inspections_sampledunit FROM {APP};"
            f" REVOKE UPDATE (problem) ON inspections_siteform FROM {APP}",
        ),
    ]
