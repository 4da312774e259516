"""Candidates behind row-level security, placed where their person is."""

from django.db import migrations

from apps.access import rls


class Migration(migrations.Migration):
    dependencies = [("crosschecks", "0007_candidates"), ("access", "0004_row_security")]

    operations = [
        rls.follow_household("crosschecks_linkcandidate"),
        migrations.RunSQL(
            "ALTER TABLE crosschecks_linkcandidate ADD CONSTRAINT crosschecks_linkcandidate_person_id_place "
            "FOREIGN KEY (person_id, household_id, division_id) "
            "REFERENCES households_person (id, household_id, division_id) "
            "ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE crosschecks_linkcandidate DROP CONSTRAINT crosschecks_linkcandidate_person_id_place",
        ),
        rls.protect("crosschecks_linkcandidate", household="household_id"),
        rls.protect("crosschecks_linkcandidateevent", household="household_id", append_only=True),
    ]
