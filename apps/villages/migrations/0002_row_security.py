"""Villages behind row-level security, and the composite key that keeps a year's facts placed where the village is."""

from django.db import migrations

from apps.access import rls

FOLLOW_VILLAGE = migrations.RunSQL(
    "ALTER TABLE villages_villageyear ADD CONSTRAINT villages_villageyear_place "
    "FOREIGN KEY (village_id, division_id) REFERENCES villages_village (id, division_id) "
    "ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE villages_villageyear DROP CONSTRAINT villages_villageyear_place",
)


class Migration(migrations.Migration):
    dependencies = [("villages", "0001_initial"), ("access", "0004_row_security")]

    operations = [
        rls.protect("villages_village"),
        FOLLOW_VILLAGE,
        rls.protect("villages_villageyear"),
        rls.protect("villages_villageevent", append_only=True),
        rls.protect("villages_villageyearevent", append_only=True),
    ]
