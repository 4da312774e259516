"""Files of problems behind row-level security: they lie where their problem lies, and stay."""

from django.db import migrations

from apps.access import rls

NAME = "problems_problemfile_place"


class Migration(migrations.Migration):
    dependencies = [("problems", "0005_files")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE problems_problemfile ADD CONSTRAINT {NAME} FOREIGN KEY (problem_id, division_id) "
            "REFERENCES problems_problem (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE problems_problemfile DROP CONSTRAINT {NAME}",
        ),
        rls.protect("problems_problemfile", realm="supervision", append_only=True),
    ]
