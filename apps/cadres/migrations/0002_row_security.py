"""Units, cadres, teams, duties and cards behind row-level security, and the copies that the database itself keeps.

A member of a team serves where the team is; a pairing opens its household to its cadre's account and to no other.
"""

from django.db import migrations

from apps.access import rls

FOLLOW_TEAM = migrations.RunSQL(
    "ALTER TABLE cadres_duty ADD CONSTRAINT cadres_duty_place "
    "FOREIGN KEY (team_id, division_id) REFERENCES cadres_taskforce (id, division_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE cadres_duty DROP CONSTRAINT cadres_duty_place",
)
FOLLOW_CADRE = migrations.RunSQL(
    "ALTER TABLE access_pairing ADD CONSTRAINT access_pairing_account "
    "FOREIGN KEY (cadre_id, helper_id) REFERENCES cadres_cadre (id, account_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE access_pairing DROP CONSTRAINT access_pairing_account",
)


class Migration(migrations.Migration):
    dependencies = [
        ("cadres", "0001_initial"),
        ("access", "0008_pairing_of_cadres"),
        ("households", "0002_row_security"),
    ]

    operations = [
        rls.protect("cadres_helpingunit"),
        rls.protect("cadres_cadre", own="account_id"),
        rls.protect("cadres_taskforce"),
        rls.protect("cadres_duty"),
        FOLLOW_TEAM,
        FOLLOW_CADRE,
        rls.follow_household("cadres_card"),
        rls.protect("cadres_card", household="household_id"),
        rls.protect("cadres_helpingunitevent", append_only=True),
        rls.protect("cadres_cadreevent", append_only=True),
        rls.protect("cadres_taskforceevent", append_only=True),
        rls.protect("cadres_dutyevent", append_only=True),
    ]
