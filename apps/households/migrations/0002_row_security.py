"""The register behind row-level security, and the composite keys that keep every row placed where its household is."""

from django.db import migrations

from apps.access import rls

FACTS = ("householdyear", "householdincome", "guaranteestatus", "statusevent", "naturalchange")
EVENTS = (
    "personevent",
    "personyearevent",
    "householdyearevent",
    "householdincomeevent",
    "guaranteestatusevent",
    "naturalchangeevent",
)

FOLLOW_PERSON = migrations.RunSQL(
    "ALTER TABLE households_personyear ADD CONSTRAINT households_personyear_place "
    "FOREIGN KEY (person_id, household_id, division_id) REFERENCES households_person (id, household_id, division_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE households_personyear DROP CONSTRAINT households_personyear_place",
)


class Migration(migrations.Migration):
    dependencies = [("households", "0001_initial")]

    operations = [
        rls.protect("households_household", household="id"),
        rls.follow_household("households_person"),
        rls.protect("households_person", household="household_id"),
        FOLLOW_PERSON,
        rls.protect("households_personyear", household="household_id"),
        *(rls.follow_household(f"households_{fact}") for fact in FACTS),
        *(
            rls.protect(f"households_{fact}", household="household_id", append_only=fact == "statusevent")
            for fact in FACTS
        ),
        rls.protect("households_householdevent", household="pgh_obj_id", append_only=True),
        *(rls.protect(f"households_{event}", household="household_id", append_only=True) for event in EVENTS),
        rls.protect("households_registrationconflict"),
        rls.protect("households_codecounter"),
    ]
