"""Tallies and marks behind row-level security, and the triggers that mark a village when one of its rows is written."""

from django.db import migrations

from apps.access import rls

# What the stored counts depend on. Findings are counted as they are: there are few, and being overdue is a matter of
# the day.
SOURCES = (
    "households_household",
    "households_person",
    "households_statusevent",
    "villages_village",
    "villages_villageyear",
)

FUNCTIONS = """
CREATE FUNCTION dashboards_mark_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dashboards_mark (division_id) SELECT DISTINCT division_id FROM new_rows;
    RETURN NULL;
END $$;
CREATE FUNCTION dashboards_mark_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dashboards_mark (division_id) SELECT DISTINCT division_id FROM old_rows;
    RETURN NULL;
END $$;
CREATE FUNCTION dashboards_mark_both() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dashboards_mark (division_id)
    SELECT division_id FROM old_rows UNION SELECT division_id FROM new_rows;
    RETURN NULL;
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION dashboards_mark_new();
DROP FUNCTION dashboards_mark_old();
DROP FUNCTION dashboards_mark_both();
"""


def watch(table: str) -> migrations.RunSQL:
    """Mark the village of every row of a table that is inserted, updated or deleted."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER dashboards_mark_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION dashboards_mark_new();
        CREATE TRIGGER dashboards_mark_update AFTER UPDATE ON {table}
            REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION dashboards_mark_both();
        CREATE TRIGGER dashboards_mark_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
            FOR EACH STATEMENT EXECUTE FUNCTION dashboards_mark_old();
        """,
        f"""
        DROP TRIGGER dashboards_mark_insert ON {table};
        DROP TRIGGER dashboards_mark_update ON {table};
        DROP TRIGGER dashboards_mark_delete ON {table};
        """,
    )


# A register that is there already is counted at the first question. Row-level security binds the owner too.
MARK_ALL = """
SELECT set_config('app.register_lo', '100000000000', true), set_config('app.register_hi', '999999999999', true);
INSERT INTO dashboards_mark (division_id)
    SELECT division_id FROM households_household UNION SELECT division_id FROM villages_village;
SELECT set_config('app.register_lo', '', true), set_config('app.register_hi', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0001_initial"),
        ("access", "0004_row_security"),
        ("households", "0002_row_security"),
        ("villages", "0002_row_security"),
    ]

    operations = [
        rls.protect("dashboards_tally"),
        rls.protect("dashboards_mark"),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(watch(table) for table in SOURCES),
        migrations.RunSQL(MARK_ALL, migrations.RunSQL.noop),
    ]
