"""The problem ledger behind row-level security, and its way as the database itself holds it.

Whatever writes: a problem goes only from one state to another as the list says, its log says so by the end of the
transaction, each line in the name of who acts, and nobody verifies what he handed in or reviews what his own unit
answers for. What a problem, a letter or a report once said is not changed, and nothing is deleted.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE
ME = rls.setting("user", "bigint")
TABLES = ("problemlog", "rectificationmeasure", "progressreport", "problemphoto", "supervisionletter", "escalationstep")
KEPT = "problems_problem, problems_supervisionletter, problems_escalationstep"
FIXED = "number, year, source, inspection_id, finding_id, visit_task_id, alike_id, client_id, raised_by_id"

# As `apps.problems.choices.MOVES` has them (a test compares the two).
MOVES = (
    "raised>listed", "listed>assigned", "assigned>planned", "planned>in_progress", "planned>assigned",
    "assigned>urged", "planned>urged", "in_progress>urged", "reworked>urged", "urged>planned",
    "in_progress>submitted", "urged>submitted", "reworked>submitted", "long_term>submitted",
    "submitted>verified", "submitted>reworked", "verified>reworked", "verified>closed",
    "in_progress>long_term", "urged>long_term", "reworked>long_term", "verified>long_term",
)  # fmt: skip
REVIEWING = ("list", "assign", "approve_plan", "return_plan", "urge", "verify", "rework", "close", "keep")


def follow(table: str) -> migrations.RunSQL:
    """Keep a row placed where its problem is."""
    name = f"problems_{table}_place"
    return migrations.RunSQL(
        f"ALTER TABLE problems_{table} ADD CONSTRAINT {name} FOREIGN KEY (problem_id, division_id) "
        "REFERENCES problems_problem (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE problems_{table} DROP CONSTRAINT {name}",
    )


def quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


OLD, NEW = (", ".join(f"{row}.{one.strip()}" for one in FIXED.split(",")) for row in ("OLD", "NEW"))

GUARD = f"""
-- The platform itself: no account acts, or that of the night. It writes down what others did (the demonstration).
CREATE FUNCTION problems_platform() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT {ME} IS NULL OR EXISTS (SELECT FROM accounts_user WHERE id = {ME} AND username = 'system')
$$;

CREATE FUNCTION problems_guard_problem() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'raised' AND NOT problems_platform() THEN
            RAISE EXCEPTION 'a problem begins as raised'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_begins_raised';
        END IF;
    ELSIF OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN ({quoted(MOVES)}) THEN
        RAISE EXCEPTION 'a problem does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_moves';
    ELSIF ({OLD}) IS DISTINCT FROM ({NEW}) AND current_user = '{APP}' THEN
        RAISE EXCEPTION 'what a problem is does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_stays';
    END IF;
    RETURN NULL;
END $$;
-- Afterwards, so that the policy of the table speaks first.
CREATE TRIGGER problem_guard AFTER INSERT OR UPDATE ON problems_problem
    FOR EACH ROW EXECUTE FUNCTION problems_guard_problem();
ALTER TABLE problems_problem ENABLE ALWAYS TRIGGER problem_guard;

-- At the end of the transaction, and whoever acts by then: the log is read in the whole region.
CREATE FUNCTION problems_logged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    low text := current_setting('app.supervision_lo', true);
    high text := current_setting('app.supervision_hi', true);
    said text;
    stands text;
BEGIN
    PERFORM set_config('app.supervision_lo', '150000000000', true),
            set_config('app.supervision_hi', '159999999999', true);
    SELECT state INTO stands FROM problems_problem WHERE id = NEW.id;
    SELECT to_state INTO said FROM problems_problemlog WHERE problem_id = NEW.id ORDER BY id DESC LIMIT 1;
    PERFORM set_config('app.supervision_lo', coalesce(low, ''), true),
            set_config('app.supervision_hi', coalesce(high, ''), true);
    IF said IS DISTINCT FROM stands THEN
        RAISE EXCEPTION 'nothing in the log brings problem % to %', NEW.id, stands
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_logged';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER problem_logged AFTER INSERT OR UPDATE OF state ON problems_problem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION problems_logged();
ALTER TABLE problems_problem ENABLE ALWAYS TRIGGER problem_logged;

CREATE FUNCTION problems_guard_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found problems_problem;
BEGIN
    IF problems_platform() THEN
        RETURN NULL;
    END IF;
    SELECT * INTO found FROM problems_problem WHERE id = NEW.problem_id;
    IF NEW.by_id IS DISTINCT FROM {ME} THEN
        RAISE EXCEPTION 'a step is logged in the name of who takes it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_log_own_name';
    END IF;
    IF found.state <> NEW.to_state THEN
        RAISE EXCEPTION 'problem % is %, not %', NEW.problem_id, found.state, NEW.to_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_log_true';
    END IF;
    IF (NEW.step = 'close') <> (NEW.to_state = 'closed')
       OR (NEW.to_state = 'verified') <> (NEW.step = 'verify')
       OR NEW.step IN ('submit', 'verify') AND NOT NEW.apart THEN
        RAISE EXCEPTION 'step % does not lead to %', NEW.step, NEW.to_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_log_step';
    END IF;
    IF NEW.step IN ({quoted(REVIEWING)}) AND found.unit_id IS NOT NULL AND EXISTS (
        SELECT FROM access_grant held JOIN auth_permission may ON may.id = held.permission_id
        JOIN accounts_post post ON post.id = held.post_id
        WHERE held.user_id = NEW.by_id AND may.codename = 'rectify' AND held.content_object_id = found.unit_id
          AND post.valid_from <= now() AND (post.valid_until IS NULL OR post.valid_until > now())
    ) THEN
        RAISE EXCEPTION 'nobody reviews what his own unit answers for'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_not_own_unit';
    END IF;
    IF NEW.step IN ('verify', 'close') AND EXISTS (
        SELECT FROM problems_problemlog
        WHERE problem_id = NEW.problem_id AND round = NEW.round AND step = 'submit' AND by_id = NEW.by_id
    ) THEN
        RAISE EXCEPTION 'nobody verifies or closes what he handed in'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'problem_not_own_hand';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER problem_log_guard AFTER INSERT ON problems_problemlog
    FOR EACH ROW EXECUTE FUNCTION problems_guard_log();
ALTER TABLE problems_problemlog ENABLE ALWAYS TRIGGER problem_log_guard;
"""  # noqa: S608  (our own words; no values)

UNGUARD = """
DROP TRIGGER problem_log_guard ON problems_problemlog; DROP FUNCTION problems_guard_log();
DROP TRIGGER problem_logged ON problems_problem; DROP FUNCTION problems_logged();
DROP TRIGGER problem_guard ON problems_problem; DROP FUNCTION problems_guard_problem();
DROP FUNCTION problems_platform();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0001_initial"),
        ("access", "0004_row_security"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        *(follow(table) for table in TABLES),
        rls.protect("problems_problem", realm="supervision"),
        rls.protect("problems_problemevent", realm="supervision", append_only=True),
        rls.protect("problems_problemlog", realm="supervision", append_only=True),
        rls.protect("problems_rectificationmeasure", realm="supervision", append_only=True),
        rls.protect("problems_progressreport", realm="supervision", append_only=True),
        rls.protect("problems_problemphoto", realm="supervision", append_only=True),
        rls.protect("problems_supervisionletter", realm="supervision"),
        rls.protect("problems_escalationstep", realm="supervision"),
        rls.protect("problems_ladderrung", realm="supervision"),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON {KEPT} FROM {APP};"
            f" REVOKE UPDATE ON problems_supervisionletter, problems_escalationstep FROM {APP};"
            f" GRANT UPDATE (received_on, received_by_id, received_by_name) ON problems_supervisionletter TO {APP};"
            f" GRANT UPDATE (letter_id, done_on, done_by_id, done_by_name) ON problems_escalationstep TO {APP}",
            f"GRANT UPDATE, DELETE ON {KEPT} TO {APP}",
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
