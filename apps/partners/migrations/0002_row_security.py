"""Clients behind row-level security like accounts, and the toolkit's own tables, which have no place.

A client's row opens to administrators of its place, to its own account, and, before anybody is known, to whoever names
its id. A token's row opens to whoever shows the token (by its checksum) and to the account it belongs to. The other
tables of the toolkit belong to grants that are not offered: they open to nobody.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

TOKENS = "oauth2_provider_accesstoken"
UNUSED = tuple(f"oauth2_provider_{name}" for name in ("grant", "refreshtoken", "idtoken", "devicegrant"))
OWN = f"user_id = {rls.setting('user', 'bigint')}"
SHOWN = f"token_checksum = {rls.setting('sign_in', 'text')}"
CLAUSES = {
    "SELECT": f"USING ({OWN} OR {SHOWN})",
    "INSERT": f"WITH CHECK ({OWN})",
    "UPDATE": f"USING ({OWN}) WITH CHECK ({OWN})",
    "DELETE": f"USING ({OWN})",
}


def forced(table):
    """The table shut for everybody whom no policy lets in, its owner included."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial"), ("oauth2_provider", "0022_refreshtoken_token_family_index")]

    operations = [
        rls.protect(
            "partners_client",
            realm="accounts",
            own="user_id",
            read=f"client_id = {rls.setting('sign_in', 'text')}",
        ),
        rls.protect("partners_clientevent", realm="accounts", append_only=True),
        *(forced(table) for table in (TOKENS, *UNUSED)),
        migrations.RunSQL(
            ";\n".join(
                f"CREATE POLICY scope_{command.lower()} ON {TOKENS} FOR {command} {clause}"
                for command, clause in CLAUSES.items()
            ),
            ";\n".join(f"DROP POLICY scope_{command.lower()} ON {TOKENS}" for command in CLAUSES),
        ),
        migrations.RunSQL(
            f"REVOKE INSERT ON {', '.join(UNUSED)} FROM {settings.DATABASE_APP_ROLE}",
            migrations.RunSQL.noop,
        ),
    ]
