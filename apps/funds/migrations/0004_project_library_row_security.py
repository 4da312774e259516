"""The project library and what hangs off projects, behind row-level security.

Logs, reports and answers lie where their item or project lies, beneficiaries where their household lies. Nothing of it is
deleted but a draft's beneficiaries, and no log is changed.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE
KEPT = "funds_libraryitem, funds_projectprogress, funds_negativeitem"


def follow(table: str, key: str, target: str) -> migrations.RunSQL:
    """Keep a row placed where the row is that it hangs off."""
    name = f"funds_{table}_{key}_place"
    return migrations.RunSQL(
        f"ALTER TABLE funds_{table} ADD CONSTRAINT {name} FOREIGN KEY ({key}, division_id) "
        f"REFERENCES funds_{target} (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE funds_{table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("funds", "0003_project_library"), ("households", "0003_certificate_grade")]

    operations = [
        follow("librarylog", "item_id", "libraryitem"),
        follow("projectlog", "project_id", "project"),
        follow("projectprogress", "project_id", "project"),
        follow("negativecheck", "project_id", "project"),
        rls.follow_household("funds_beneficiary"),
        rls.protect("funds_libraryitem", realm="funds"),
        rls.protect("funds_libraryitemevent", realm="funds", append_only=True),
        rls.protect("funds_librarylog", realm="funds", append_only=True),
        rls.protect("funds_beneficiary", realm="funds"),
        rls.protect("funds_negativeitem", realm="funds"),
        rls.protect("funds_negativecheck", realm="funds", append_only=True),
        rls.protect("funds_projectlog", realm="funds", append_only=True),
        rls.protect("funds_projectprogress", realm="funds"),
        migrations.RunSQL(f"REVOKE DELETE, TRUNCATE ON {KEPT} FROM {APP}", f"GRANT DELETE ON {KEPT} TO {APP}"),
    ]
