"""What clients asked and wait for, behind row-level security like the clients themselves; their own accounts write it."""

from django.db import migrations

from apps.access import rls

ME = rls.setting("user", "bigint")


class Migration(migrations.Migration):
    dependencies = [("partners", "0003_keys_and_jobs")]

    operations = [
        rls.protect(f"partners_{name}", realm="accounts", own="user_id", write=f"user_id = {ME}")
        for name in ("clientday", "searchjob")
    ]
