"""Assessments of places behind row-level security; what hangs off one lies where it lies."""

from django.db import migrations

from apps.access import rls


def follow(table: str) -> migrations.RunSQL:
    """Keep a row placed where its assessment is."""
    name = f"assessments_{table}_place"
    return migrations.RunSQL(
        f"ALTER TABLE assessments_{table} ADD CONSTRAINT {name} FOREIGN KEY (assessment_id, division_id) "
        "REFERENCES assessments_effectassessment (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE assessments_{table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_effects")]

    operations = [
        follow("effectscore"),
        follow("effectlog"),
        follow("effectproblem"),
        rls.protect("assessments_effectassessment"),
        rls.protect("assessments_effectscore"),
        rls.protect("assessments_effectlog", append_only=True),
        rls.protect("assessments_effectproblem"),
        rls.protect("assessments_effecttarget"),
        rls.protect("assessments_siteresult", append_only=True),
    ]
