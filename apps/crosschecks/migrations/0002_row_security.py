"""Cross-checks behind row-level security, and the keys that keep a finding placed where its object is."""

from django.db import migrations

from apps.access import rls


def follow(table: str, column: str, target: str) -> migrations.RunSQL:
    """A composite key that moves rows with the row they hang off."""
    name = f"{table}_{column}_place"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, household_id, division_id) "
        f"REFERENCES {target} (id, household_id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("crosschecks", "0001_initial"),
        ("households", "0002_row_security"),
        ("access", "0004_row_security"),
    ]

    operations = [
        rls.protect("crosschecks_run"),
        rls.protect("crosschecks_rununit"),
        rls.follow_household("crosschecks_finding"),
        follow("crosschecks_finding", "person_id", "households_person"),
        rls.protect("crosschecks_finding", household="household_id"),
        follow("crosschecks_findinglog", "finding_id", "crosschecks_finding"),
        rls.protect("crosschecks_findinglog", household="household_id", append_only=True),
        # Thresholds and the state of rules are no secrets: everybody reads them, only the place's own office writes.
        rls.protect("crosschecks_ruleparameter", read="true"),
        rls.protect("crosschecks_ruleparameterevent", read="true", append_only=True),
        rls.protect("crosschecks_rulestate", read="true"),
    ]
