"""Home checks and chiefs of counties behind row-level security; a check lies where its household does."""

from django.db import migrations

from apps.access import rls


class Migration(migrations.Migration):
    dependencies = [
        ("cadres", "0005_home_checks_and_chiefs"),
        ("access", "0008_pairing_of_cadres"),
        ("households", "0002_row_security"),
    ]

    operations = [
        rls.follow_household("cadres_homecheck"),
        rls.protect("cadres_homecheck"),
        rls.protect("cadres_countychief"),
        rls.protect("cadres_homecheckevent", append_only=True),
        rls.protect("cadres_countychiefevent", append_only=True),
    ]
