"""Attendance behind row-level security, at the place of its duty."""

from django.db import migrations

from apps.access import rls


class Migration(migrations.Migration):
    dependencies = [("cadres", "0003_attendance"), ("access", "0008_pairing_of_cadres")]

    operations = [
        rls.protect("cadres_attendance"),
        rls.protect("cadres_attendanceevent", append_only=True),
    ]
