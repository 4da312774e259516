"""What was decided of a form that came late is written once, by the office that runs the inspection."""

from django.conf import settings
from django.db import migrations

APP = settings.DATABASE_APP_ROLE
SETTLED = "settled_at, settled_by_id, settled_by_name, dismissed_reason"

GUARD = """
CREATE FUNCTION inspections_settle_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (OLD.problem IS NOT NULL OR OLD.settled_at IS NOT NULL)
       AND (OLD.problem, OLD.settled_at, OLD.settled_by_id, OLD.settled_by_name, OLD.dismissed_reason)
       IS DISTINCT FROM (NEW.problem, NEW.settled_at, NEW.settled_by_id, NEW.settled_by_name, NEW.dismissed_reason) THEN
        RAISE EXCEPTION 'form % was decided on', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'site_form_settled_once';
    END IF;
    RETURN NULL;
END $$;
-- Afterwards, so that the policy of the table speaks first.
CREATE TRIGGER site_form_settle_once AFTER UPDATE ON inspections_siteform
    FOR EACH ROW EXECUTE FUNCTION inspections_settle_once();
ALTER TABLE inspections_siteform ENABLE ALWAYS TRIGGER site_form_settle_once;
"""
UNGUARD = """
DROP TRIGGER site_form_settle_once ON inspections_siteform; DROP FUNCTION inspections_settle_once();
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0006_late_forms")]

    operations = [
        migrations.RunSQL(
            f"GRANT UPDATE ({SETTLED}) ON inspections_siteform TO {APP}",
            f"REVOKE UPDATE ({SETTLED}) ON inspections_siteform FROM {APP}",
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
