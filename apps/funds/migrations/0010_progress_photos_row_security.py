"""Photos of progress behind row-level security: they lie where their month lies, and stay."""

from django.db import migrations

from apps.access import rls

NAME = "funds_progressphoto_progress_id_place"


class Migration(migrations.Migration):
    dependencies = [("funds", "0009_progress_photos")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE funds_progressphoto ADD CONSTRAINT {NAME} FOREIGN KEY (progress_id, division_id) "
            "REFERENCES funds_projectprogress (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE funds_progressphoto DROP CONSTRAINT {NAME}",
        ),
        rls.protect("funds_progressphoto", realm="funds", append_only=True),
    ]
