"""The way of an inspection as the database itself holds it.

Whatever writes: an inspection goes only from one state to another as the list says, its log says so by the end of the
transaction, each line in the name of who acts, who holds its right at that office, and leading where its step leads;
who planned is not who approves, and who reported not who notifies (the unique constraint of the log, whose lines say
`apart`). What was approved is not
planned anew, and a place is told of an unannounced inspection when it has begun, of another when it is approved.
"""

from django.db import migrations

from apps.access import rls

ME = rls.setting("user", "bigint")

# As `apps.inspections.services.steps.WAY` has them (a test compares the two).
MOVES = (
    "planned>approved", "approved>team_set", "team_set>running", "running>report", "report>fed_back",
    "fed_back>notified", "notified>closed", "planned>cancelled", "approved>cancelled", "team_set>cancelled",
)  # fmt: skip
LEADS = (
    "plan>planned", "approve>approved", "set_team>team_set", "start>running", "report>report", "feed_back>fed_back",
    "notify>notified", "close>closed", "cancel>cancelled",
)  # fmt: skip
APART = ("plan", "approve", "report", "notify")
HEADS = ("approve", "notify", "cancel")
STAYS = ("adopt", "dismiss")
PLANNED = "title, kind, from_on, until_on, basis, subject"


def quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def of(row: str, columns: str) -> str:
    return ", ".join(f"{row}.{one.strip()}" for one in columns.split(","))


GUARD = f"""
-- The platform itself: no account acts, or that of the night. It writes down what others did (the demonstration).
CREATE FUNCTION inspections_platform() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT {ME} IS NULL OR EXISTS (SELECT FROM accounts_user WHERE id = {ME} AND username = 'system')
$$;

CREATE FUNCTION inspections_guard_inspection() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'planned' AND NOT inspections_platform() THEN
            RAISE EXCEPTION 'an inspection begins as planned'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_begins_planned';
        END IF;
    ELSIF OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN ({quoted(MOVES)}) THEN
        RAISE EXCEPTION 'an inspection does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_moves';
    ELSIF NOT inspections_platform() AND (OLD.drafted_by_id IS DISTINCT FROM NEW.drafted_by_id
          OR OLD.state <> 'planned' AND ({of("OLD", PLANNED)}) IS DISTINCT FROM ({of("NEW", PLANNED)})) THEN
        RAISE EXCEPTION 'what was approved is not planned anew'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_stays';
    END IF;
    RETURN NULL;
END $$;
-- Afterwards, so that the policy of the table speaks first.
CREATE TRIGGER inspection_guard AFTER INSERT OR UPDATE ON inspections_inspection
    FOR EACH ROW EXECUTE FUNCTION inspections_guard_inspection();
ALTER TABLE inspections_inspection ENABLE ALWAYS TRIGGER inspection_guard;

-- At the end of the transaction, and whoever acts by then: log and inspection are read in the whole region.
CREATE FUNCTION inspections_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    low text := current_setting('app.supervision_lo', true);
    high text := current_setting('app.supervision_hi', true);
    said text;
    found inspections_inspection;
BEGIN
    PERFORM set_config('app.supervision_lo', '150000000000', true),
            set_config('app.supervision_hi', '159999999999', true);
    IF TG_TABLE_NAME = 'inspections_inspection' THEN
        SELECT * INTO found FROM inspections_inspection WHERE id = NEW.id;
        SELECT to_state INTO said FROM inspections_inspectionlog WHERE inspection_id = NEW.id ORDER BY id DESC LIMIT 1;
    ELSE
        SELECT * INTO found FROM inspections_inspection WHERE id = NEW.inspection_id;
    END IF;
    PERFORM set_config('app.supervision_lo', coalesce(low, ''), true),
            set_config('app.supervision_hi', coalesce(high, ''), true);
    IF TG_TABLE_NAME = 'inspections_inspection' AND said IS DISTINCT FROM found.state THEN
        RAISE EXCEPTION 'nothing in the log brings inspection % to %', NEW.id, found.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_logged';
    ELSIF TG_TABLE_NAME <> 'inspections_inspection' AND (found.state = 'planned'
          OR found.kind = 'unannounced' AND found.state IN ('approved', 'team_set')) THEN
        RAISE EXCEPTION 'nobody is told of inspection % yet', found.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_told_in_time';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER inspection_logged AFTER INSERT OR UPDATE OF state ON inspections_inspection
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION inspections_logged();
ALTER TABLE inspections_inspection ENABLE ALWAYS TRIGGER inspection_logged;
CREATE CONSTRAINT TRIGGER inspection_told_in_time AFTER INSERT OR UPDATE OF opened_on ON inspections_inspectiontarget
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.opened_on IS NOT NULL)
    EXECUTE FUNCTION inspections_logged();
ALTER TABLE inspections_inspectiontarget ENABLE ALWAYS TRIGGER inspection_told_in_time;

CREATE FUNCTION inspections_guard_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found inspections_inspection;
BEGIN
    IF inspections_platform() THEN
        RETURN NULL;
    END IF;
    SELECT * INTO found FROM inspections_inspection WHERE id = NEW.inspection_id;
    IF NEW.by_id IS DISTINCT FROM {ME} THEN
        RAISE EXCEPTION 'a step is logged in the name of who takes it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_log_own_name';
    END IF;
    IF found.state IS DISTINCT FROM NEW.to_state OR found.round <> NEW.round THEN
        RAISE EXCEPTION 'inspection % is %, not %', NEW.inspection_id, found.state, NEW.to_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_log_true';
    END IF;
    IF NEW.apart <> (NEW.step IN ({quoted(APART)})) OR NOT (
        NEW.step || '>' || NEW.to_state IN ({quoted(LEADS)})
        OR NEW.step IN ({quoted(STAYS)}) AND NEW.from_state = NEW.to_state
    ) THEN
        RAISE EXCEPTION 'step % does not lead to %', NEW.step, NEW.to_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_log_step';
    END IF;
    IF NOT EXISTS (
        SELECT FROM access_grant held JOIN auth_permission may ON may.id = held.permission_id
        JOIN accounts_post post ON post.id = held.post_id
        WHERE held.user_id = NEW.by_id AND held.content_object_id = NEW.division_id
          AND may.codename = CASE WHEN NEW.step IN ({quoted(HEADS)}) THEN 'approve_inspections' ELSE 'inspect' END
          AND post.valid_from <= clock_timestamp()
          AND (post.valid_until IS NULL OR post.valid_until > clock_timestamp())
    ) THEN
        RAISE EXCEPTION 'step % is not for account %', NEW.step, NEW.by_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'inspection_log_right';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER inspection_log_guard AFTER INSERT ON inspections_inspectionlog
    FOR EACH ROW EXECUTE FUNCTION inspections_guard_log();
ALTER TABLE inspections_inspectionlog ENABLE ALWAYS TRIGGER inspection_log_guard;
"""  # noqa: S608  (our own words; no values)

UNGUARD = """
DROP TRIGGER inspection_log_guard ON inspections_inspectionlog; DROP FUNCTION inspections_guard_log();
DROP TRIGGER inspection_told_in_time ON inspections_inspectiontarget;
DROP TRIGGER inspection_logged ON inspections_inspection; DROP FUNCTION inspections_logged();
DROP TRIGGER inspection_guard ON inspections_inspection; DROP FUNCTION inspections_guard_inspection();
DROP FUNCTION inspections_platform();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0008_targets_of_the_office"),
        ("access", "0004_row_security"),
        ("accounts", "0001_initial"),
    ]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
