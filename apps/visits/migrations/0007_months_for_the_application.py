from django.conf import settings
from django.db import migrations

MAKE = "FUNCTION visits_make_month(date)"
APP = settings.DATABASE_APP_ROLE


class Migration(migrations.Migration):
    """A function that acts as the owner is called by the application's role, and by nobody else."""

    dependencies = [("visits", "0006_phone_key")]

    operations = [
        migrations.RunSQL(
            f"REVOKE EXECUTE ON {MAKE} FROM PUBLIC; GRANT EXECUTE ON {MAKE} TO {APP}",
            f"REVOKE EXECUTE ON {MAKE} FROM {APP}; GRANT EXECUTE ON {MAKE} TO PUBLIC",
        )
    ]
