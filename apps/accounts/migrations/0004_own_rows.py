"""Second factors, recovery codes, sessions and former passwords for their account's eyes only; sessions go together."""

from django.db import migrations

from apps.access import rls


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_second_factor"), ("sessions", "0001_initial")]

    operations = [
        rls.own_only("accounts_secondfactor"),
        rls.own_only("accounts_recoverycode"),
        rls.own_only("accounts_livesession"),
        rls.own_only("accounts_passwordrecord"),
        migrations.RunSQL(
            "ALTER TABLE accounts_livesession ADD CONSTRAINT live_session_of_session FOREIGN KEY (session_key) "
            "REFERENCES django_session (session_key) ON DELETE CASCADE",
            "ALTER TABLE accounts_livesession DROP CONSTRAINT live_session_of_session",
        ),
    ]
