"""Accounts and posts behind row-level security. An account opens its own row, and sign-in the row of that name."""

from django.db import migrations

from apps.access import rls

OWN = f"id = {rls.setting('user', 'bigint')}"
SIGN_IN = f"username = {rls.setting('sign_in', 'text')}"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        # One's own password, language and last sign-in are one's own to write.
        rls.protect("accounts_user", realm="accounts", own="id", read=SIGN_IN, write=OWN),
        rls.protect("accounts_post", realm="accounts", own="user_id"),
        rls.protect(
            "accounts_userevent",
            realm="accounts",
            write="pgh_obj_id = " + rls.setting("user", "bigint"),
            append_only=True,
        ),
        rls.protect("accounts_postevent", realm="accounts", append_only=True),
    ]
