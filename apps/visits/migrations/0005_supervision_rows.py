"""The latest visits, problems and settlements behind row-level security.

The latest visit is kept by a trigger on the visits: whoever adds visits, one or a million, keeps it. It runs with the
rights of whoever adds them, who may write his own.
"""

from importlib import import_module

from django.conf import settings
from django.db import migrations

from apps.access import rls

before = import_module("apps.visits.migrations.0002_row_security")

APP = settings.DATABASE_APP_ROLE
OPTIONS = {"household": "household_id", "own": "author_id", "write": f"author_id = {before.ME}"}
# `VisitConflict.SETTLEMENT` as it was when this was written.
SETTLEMENT = "settled_at, settled_by_id, settled_by_name, kept, settled_reason"

LATEST = """
    INSERT INTO visits_lastvisit (household_id, division_id, author_id, visited_on)
    SELECT household_id, division_id, author_id,
           max(least(visited_on, (received_at AT TIME ZONE 'Asia/Shanghai')::date))
    FROM {visits} GROUP BY household_id, division_id, author_id ORDER BY household_id, author_id
    ON CONFLICT (household_id, author_id) DO UPDATE SET visited_on = excluded.visited_on
    WHERE visits_lastvisit.visited_on < excluded.visited_on
"""
KEEP = f"""
CREATE FUNCTION visits_keep_last() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    {LATEST.format(visits="written")};
    RETURN NULL;
END $$;
CREATE TRIGGER visit_last AFTER INSERT ON visits_visit
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_last();
-- Also where a load puts off keys and histories (session_replication_role).
ALTER TABLE visits_visit ENABLE ALWAYS TRIGGER visit_last;
"""
FILL = f"""
SELECT set_config('app.register_lo', '100000000000', true), set_config('app.register_hi', '999999999999', true);
{LATEST.format(visits="visits_visit")};
SELECT set_config('app.register_lo', '', true), set_config('app.register_hi', '', true)
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0004_supervision")]

    operations = [
        rls.follow_household("visits_lastvisit"),
        before.follow_receipt("visittask"),
        rls.protect("visits_lastvisit", **OPTIONS),
        rls.protect("visits_visittask", **OPTIONS),
        rls.protect("visits_visittaskevent", **OPTIONS, append_only=True),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON visits_lastvisit, visits_visittask FROM {APP};"
            f" GRANT UPDATE ({SETTLEMENT}) ON visits_visitconflict TO {APP}",
            f"GRANT DELETE, TRUNCATE ON visits_lastvisit, visits_visittask TO {APP};"
            f" REVOKE UPDATE ({SETTLEMENT}) ON visits_visitconflict FROM {APP}",
        ),
        migrations.RunSQL(KEEP, "DROP TRIGGER visit_last ON visits_visit; DROP FUNCTION visits_keep_last()"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
