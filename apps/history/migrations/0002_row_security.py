from django.db import migrations

from apps.access import rls


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [
        rls.protect(
            "history_accesslog",
            realm="audit",
            own="user_id",
            write=f"user_id = {rls.setting('user', 'bigint')}",
            append_only=True,
        ),
    ]
