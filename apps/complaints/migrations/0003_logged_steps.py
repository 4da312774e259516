"""What the database holds of a complaint's way beside the moves: it begins as received, by the end of the transaction
its log says what brought it where it is, and every line of the log is in the name of who acts.

Re-coding and the public site's door pass: they act as the owner. The platform itself passes as well
(`problems_platform`): it writes down what others did.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE
ME = rls.setting("user", "bigint")
# At the end of a transaction that handed a complaint over, its log lies with another desk than that of who acts.
LENT = ("app.supervision_lo", "app.supervision_hi", "app.complaints_lo", "app.complaints_hi")
BEFORE = "ARRAY[" + ", ".join(f"current_setting('{name}', true)" for name in LENT) + "]"
TAKE = " ".join(
    f"PERFORM set_config('{name}', '{150000000000 if name.endswith('lo') else 159999999999}', true);" for name in LENT
)
GIVE_BACK = " ".join(
    f"PERFORM set_config('{name}', coalesce(before[{at}], ''), true);" for at, name in enumerate(LENT, start=1)
)

GUARD = f"""
CREATE FUNCTION complaints_guard_begin() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'received' AND NOT problems_platform() THEN
        RAISE EXCEPTION 'a complaint begins as received'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_begins_received';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER complaint_guard_begin AFTER INSERT ON complaints_complaint
    FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION complaints_guard_begin();

CREATE FUNCTION complaints_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before text[] := {BEFORE};
    said text;
    stands text;
BEGIN
    {TAKE}
    SELECT state INTO stands FROM complaints_complaint WHERE id = NEW.id;
    SELECT to_state INTO said FROM complaints_complaintlog WHERE complaint_id = NEW.id ORDER BY id DESC LIMIT 1;
    {GIVE_BACK}
    IF said IS DISTINCT FROM stands THEN
        RAISE EXCEPTION 'nothing in the log brings complaint % to %', NEW.id, stands
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_logged';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complaint_logged_new AFTER INSERT ON complaints_complaint
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION complaints_logged();
CREATE CONSTRAINT TRIGGER complaint_logged AFTER UPDATE OF state ON complaints_complaint
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_user = '{APP}' AND OLD.state <> NEW.state) EXECUTE FUNCTION complaints_logged();

CREATE FUNCTION complaints_guard_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stands text;
BEGIN
    IF problems_platform() THEN
        RETURN NULL;
    END IF;
    SELECT state INTO stands FROM complaints_complaint WHERE id = NEW.complaint_id;
    IF NEW.by_id IS DISTINCT FROM {ME} THEN
        RAISE EXCEPTION 'a step is logged in the name of who takes it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_log_own_name';
    END IF;
    IF NEW.to_state IS DISTINCT FROM stands THEN
        RAISE EXCEPTION 'complaint % is %, not %', NEW.complaint_id, stands, NEW.to_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_log_true';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER complaint_log_guard AFTER INSERT ON complaints_complaintlog
    FOR EACH ROW WHEN (current_user = '{APP}') EXECUTE FUNCTION complaints_guard_log();
"""  # noqa: S608  (our own words; no values)

UNGUARD = """
DROP TRIGGER complaint_log_guard ON complaints_complaintlog; DROP FUNCTION complaints_guard_log();
DROP TRIGGER complaint_logged ON complaints_complaint;
DROP TRIGGER complaint_logged_new ON complaints_complaint; DROP FUNCTION complaints_logged();
DROP TRIGGER complaint_guard_begin ON complaints_complaint; DROP FUNCTION complaints_guard_begin();
"""
ALWAYS = {
    "complaints_complaint": ("complaint_guard_begin", "complaint_logged", "complaint_logged_new"),
    "complaints_complaintlog": ("complaint_log_guard",),
}


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_row_security"), ("problems", "0002_row_security")]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        *(
            migrations.RunSQL(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}", migrations.RunSQL.noop)
            for table, names in ALWAYS.items()
            for name in names
        ),
    ]
