from django.db import migrations

from apps.access import rls


class Migration(migrations.Migration):
    dependencies = [("access", "0003_initial"), ("households", "0002_row_security")]

    operations = [
        rls.protect("access_grant", realm="accounts", column="content_object_id", own="user_id"),
        rls.follow_household("access_pairing"),
        rls.protect("access_pairing", household="household_id", own="helper_id"),
        rls.follow_household("access_share"),
        rls.protect("access_share", own="user_id"),
    ]
