"""Notices behind row-level security; what the public site may read, and nothing else.

What hangs off a notice lies where the notice lies. The web copies are open to read for everybody, the public site's own
role included, which is given two tables: the copies, and of the divisions what their names and their tree take.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

PUBLIC = settings.DATABASE_PUBLIC_ROLE
PLACES = "code, level, name, short_name, sort_key, ended_on, is_virtual"
CHILDREN = ("noticeobjection", "noticephoto", "noticelog", "publication")

READABLE = ("SELECT ON notices_publication", f"SELECT ({PLACES}) ON divisions_division")


def given(verb: str, preposition: str, what: str) -> str:
    """A right given to the public site's role, or taken from it."""
    return f"{verb} {what} {preposition} {PUBLIC}"


def follow(name: str) -> migrations.RunSQL:
    """Keep a row placed where its notice is."""
    constraint = f"notices_{name}_place"
    return migrations.RunSQL(
        f"ALTER TABLE notices_{name} ADD CONSTRAINT {constraint} FOREIGN KEY (notice_id, division_id) "
        "REFERENCES notices_publicnotice (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE notices_{name} DROP CONSTRAINT {constraint}",
    )


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        *(follow(name) for name in CHILDREN),
        rls.protect("notices_publicnotice"),
        rls.protect("notices_noticeobjection"),
        rls.protect("notices_noticephoto", append_only=True),
        rls.protect("notices_noticelog", append_only=True),
        rls.protect("notices_publication", read="true"),
        migrations.RunSQL(
            [given("GRANT", "TO", what) for what in READABLE],
            [given("REVOKE", "FROM", what) for what in READABLE],
        ),
    ]
