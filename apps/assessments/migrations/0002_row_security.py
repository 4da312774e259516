"""Assessments behind row-level security, and the copies that the database itself keeps.

Scores and steps lie where their assessment lies, indicators where their set lies; the assessed person's account follows
his file. He reads his own assessment and what hangs off it, and writes none of it by right of being assessed.
"""

from django.db import migrations

from apps.access import rls

ME = rls.setting("user", "bigint")
OWN = f"assessment_id IN (SELECT id FROM assessments_cadreassessment WHERE account_id = {ME})"  # noqa: S608  (our own words; values are parameters)


def follow(table: str, key: str, target: str) -> migrations.RunSQL:
    """Keep a row placed where the row is that it hangs off."""
    name = f"assessments_{table}_place"
    return migrations.RunSQL(
        f"ALTER TABLE assessments_{table} ADD CONSTRAINT {name} FOREIGN KEY ({key}, division_id) "
        f"REFERENCES assessments_{target} (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE assessments_{table} DROP CONSTRAINT {name}",
    )


FOLLOW_CADRE = migrations.RunSQL(
    "ALTER TABLE assessments_cadreassessment ADD CONSTRAINT assessments_cadreassessment_account "
    "FOREIGN KEY (cadre_id, account_id) REFERENCES cadres_cadre (id, account_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE assessments_cadreassessment DROP CONSTRAINT assessments_cadreassessment_account",
)


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial"), ("cadres", "0002_row_security")]

    operations = [
        follow("indicator", "set_id", "indicatorset"),
        follow("score", "assessment_id", "cadreassessment"),
        follow("assessmentlog", "assessment_id", "cadreassessment"),
        FOLLOW_CADRE,
        rls.protect("assessments_indicatorset"),
        rls.protect("assessments_indicator"),
        rls.protect("assessments_assessmentround"),
        rls.protect("assessments_cadreassessment", own="account_id"),
        rls.protect("assessments_score", read=OWN),
        rls.protect("assessments_assessmentlog", read=OWN, append_only=True),
    ]
