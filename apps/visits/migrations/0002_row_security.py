"""Visits behind row-level security, placed where their household is, divided by months; and nothing of them changeable.

The parts of the divided table carry no policies: they let nobody in who does not come through the table itself, whose
policies then hold. The application's role may not make tables, so a function of the owner makes the part of a month; it
takes nothing but the month.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db import migrations

from apps.access import rls

CHILDREN = ("visitcorrection", "visitphoto", "visitmark")
ME = rls.setting("user", "bigint")
# What the progress of an upload is: `VisitPhoto.PROGRESS` as it was when this was written.
PROGRESS = (
    "received, state, refusal, finished_at, width, height, taken_at, lon, lat, hash_0, hash_1, hash_2, hash_3, image,"
    " thumbnail"
)
APP = settings.DATABASE_APP_ROLE


def protect(name: str) -> migrations.RunSQL:
    """Read by place, household and author; written by the author wherever the household is; never changed."""
    options = {"household": "household_id", "own": "author_id", "write": f"author_id = {ME}"}
    return rls.protect(f"visits_{name}", **options, append_only=True)


def follow_receipt(name: str) -> migrations.RunSQL:
    """Keep what hangs off a visit at its visit's household and place."""
    table = f"visits_{name}"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_place FOREIGN KEY (visit_id, household_id, division_id)"
        " REFERENCES visits_visitreceipt (id, household_id, division_id)"
        " ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_place",
    )


PARTS = f"""
CREATE TABLE visits_visit_other PARTITION OF visits_visit DEFAULT;
ALTER TABLE visits_visit_other ENABLE ROW LEVEL SECURITY;
ALTER TABLE visits_visit_other FORCE ROW LEVEL SECURITY;
REVOKE ALL ON visits_visit_other FROM {APP};

CREATE FUNCTION visits_make_month(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    first date := make_date(extract(year FROM wanted)::int, extract(month FROM wanted)::int, 1);
    part text := 'visits_visit_' || to_char(first, 'YYYYMM');
BEGIN
    IF first < date '2013-01-01' OR first > current_date + interval '2 years' THEN
        RAISE EXCEPTION 'no month of visits: %', first USING ERRCODE = 'datetime_field_overflow';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('visits_make_month', 0));
    IF to_regclass('public.' || part) IS NOT NULL THEN
        RETURN false;
    END IF;
    BEGIN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.visits_visit FOR VALUES FROM (%L) TO (%L)',
                       part, first, (first + interval '1 month')::date);
    EXCEPTION WHEN check_violation THEN
        RETURN false;  -- visits of the month lie in the part for all other days, and stay there
    END;
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('REVOKE ALL ON public.%I FROM {APP}', part);
    RETURN true;
END $$;
"""


def first_months(apps, editor):
    """The running month and three more: before the daily task runs for the first time, visits may come."""
    month = date.today().replace(day=1)
    with editor.connection.cursor() as cursor:
        for _step in range(4):
            cursor.execute("SELECT visits_make_month(%s)", [month])
            month = (month + timedelta(days=31)).replace(day=1)


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial"), ("households", "0002_row_security")]

    operations = [
        *(rls.follow_household(f"visits_{name}") for name in ("visitreceipt", "visit", "visitconflict")),
        *(follow_receipt(name) for name in CHILDREN),
        *(protect(name) for name in ("visitreceipt", "visit", "visitconflict", *CHILDREN)),
        migrations.RunSQL(
            f"GRANT UPDATE ({PROGRESS}) ON visits_visitphoto TO {APP}",
            f"REVOKE UPDATE ({PROGRESS}) ON visits_visitphoto FROM {APP}",
        ),
        migrations.RunSQL(PARTS, "DROP FUNCTION visits_make_month(date); DROP TABLE visits_visit_other"),
        migrations.RunPython(first_months, migrations.RunPython.noop),
    ]
