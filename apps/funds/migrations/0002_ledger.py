"""The ledger, as the database itself holds it.

Every entry moves the sums of its quota (and of the quota above, and of the allocation to a project) in the statement
that writes it; the constraints of these tables then refuse what is not covered. Nobody else may move a sum, not even
by SQL, and entries are never changed or deleted. Whoever spends the same quota at the same time waits for the row.

Days of one quota never go back, so that the entries up to any day are a state that once was, and every rule that holds
now held then. What is carried over is a note in the books of a year, and moves nothing.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE

WITHIN = """
CREATE FUNCTION funds_within(upper_place bigint, lower_place bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT lower_place BETWEEN upper_place AND upper_place - 1 + CASE
        WHEN upper_place %% 10000000000 = 0 THEN 10000000000 WHEN upper_place %% 100000000 = 0 THEN 100000000
        WHEN upper_place %% 1000000 = 0 THEN 1000000 WHEN upper_place %% 1000 = 0 THEN 1000 ELSE 1 END
$$
"""

BOOK = """
CREATE FUNCTION funds_book() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held funds_quota;
    undone funds_entry;
    into_place bigint;
BEGIN
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO undone FROM funds_entry WHERE id = NEW.reverses_id;
        IF undone.id IS NULL OR undone.reverses_id IS NOT NULL OR undone.amount <> -NEW.amount
           OR (undone.act, undone.quota_id, undone.project_id, undone.allocation_id)
              IS DISTINCT FROM (NEW.act, NEW.quota_id, NEW.project_id, NEW.allocation_id) THEN
            RAISE EXCEPTION 'entry % does not reverse entry %', NEW.id, NEW.reverses_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_reverses_one';
        END IF;
        -- Whoever reverses the same entry at the same moment is stopped by the unique index.
        IF EXISTS (SELECT FROM funds_entry WHERE reverses_id = NEW.reverses_id) THEN
            RAISE EXCEPTION 'entry % is reversed already', NEW.reverses_id
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'funds_entry_reverses_id_key';
        END IF;
    END IF;

    -- Closing a year takes this lock alone; entries share it.
    PERFORM pg_advisory_xact_lock_shared(7301, extract(year FROM NEW.booked_on)::int);
    IF EXISTS (
        SELECT FROM funds_closedyear closed
        -- Every unit that keeps books has a row of its own: of those above, whoever books here need see none.
        WHERE closed.year = extract(year FROM NEW.booked_on) AND closed.division_id IN (
            NEW.division_id / 1000000 * 1000000, NEW.division_id / 100000000 * 100000000,
            NEW.division_id / 10000000000 * 10000000000)
    ) THEN
        RAISE EXCEPTION 'the books of % are closed', extract(year FROM NEW.booked_on)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_year_open';
    END IF;

    -- The quota above first: whoever passes on and whoever takes back lock in the same order.
    SELECT * INTO held FROM funds_quota WHERE id = NEW.quota_id;
    IF held.id IS NULL THEN
        -- As the policy of this table would say it, had it been asked before its trigger.
        RAISE EXCEPTION 'row-level security: there is no quota % here', NEW.quota_id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.kind := held.kind;
    NEW.origin := held.origin;
    NEW.year := held.year;
    NEW.from_division_id := CASE WHEN NEW.act IN ('pass', 'recover') THEN held.from_division_id END;

    IF NEW.act IN ('budget', 'pass') AND (NEW.act = 'budget') <> (held.parent_id IS NULL) THEN
        RAISE EXCEPTION 'quota % is not % money', NEW.quota_id, NEW.act
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_act_fits_quota';
    END IF;

    IF NEW.act IN ('pass', 'recover') AND held.parent_id IS NOT NULL THEN
        UPDATE funds_quota SET last_on = NEW.booked_on,
            passed = passed + CASE NEW.act WHEN 'pass' THEN NEW.amount ELSE -NEW.amount END
        WHERE id = held.parent_id AND (last_on IS NULL OR last_on <= NEW.booked_on) RETURNING division_id INTO into_place;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'quota % above has later entries, or is not here', held.parent_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_days_in_order';
        END IF;
        IF held.from_division_id <> into_place OR held.division_id = into_place
           OR NOT funds_within(into_place, held.division_id) THEN
            RAISE EXCEPTION 'quota % does not lie below %', NEW.quota_id, into_place
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_goes_down';
        END IF;
    END IF;

    UPDATE funds_quota SET
        amount = amount + CASE WHEN NEW.act IN ('budget', 'pass') THEN NEW.amount ELSE 0 END,
        allocated = allocated + CASE NEW.act WHEN 'allocate' THEN NEW.amount WHEN 'return' THEN -NEW.amount ELSE 0 END,
        paid = paid + CASE NEW.act WHEN 'pay' THEN NEW.amount ELSE 0 END,
        claimed = claimed + CASE NEW.act WHEN 'claim' THEN NEW.amount ELSE 0 END,
        recovered = recovered + CASE NEW.act WHEN 'recover' THEN NEW.amount ELSE 0 END,
        carried = carried + CASE NEW.act WHEN 'carry' THEN NEW.amount ELSE 0 END,
        last_on = CASE NEW.act WHEN 'carry' THEN last_on ELSE NEW.booked_on END
    WHERE id = NEW.quota_id AND (last_on IS NULL OR last_on <= NEW.booked_on OR NEW.act = 'carry')
    RETURNING * INTO held;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'quota % has later entries', NEW.quota_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_days_in_order';
    END IF;
    IF NEW.project_id IS NULL AND NEW.division_id <> held.division_id
       OR NOT funds_within(held.division_id, NEW.division_id) THEN
        RAISE EXCEPTION 'entry at % is not of quota %', NEW.division_id, NEW.quota_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_placed';
    END IF;

    IF NEW.allocation_id IS NOT NULL THEN
        UPDATE funds_allocation SET
            amount = amount + CASE NEW.act WHEN 'allocate' THEN NEW.amount WHEN 'return' THEN -NEW.amount ELSE 0 END,
            paid = paid + CASE NEW.act WHEN 'pay' THEN NEW.amount ELSE 0 END,
            claimed = claimed + CASE NEW.act WHEN 'claim' THEN NEW.amount ELSE 0 END,
            settled = settled + CASE NEW.act WHEN 'settle' THEN NEW.amount ELSE 0 END,
            allocated_on = CASE WHEN NEW.act = 'allocate' AND NEW.amount > 0 THEN NEW.booked_on ELSE allocated_on END,
            last_paid_on = CASE WHEN NEW.act = 'pay' AND NEW.amount > 0 THEN NEW.booked_on ELSE last_paid_on END
        WHERE id = NEW.allocation_id AND quota_id = NEW.quota_id AND project_id = NEW.project_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'allocation % is not of quota % and project %', NEW.allocation_id, NEW.quota_id, NEW.project_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_allocation_here';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_books BEFORE INSERT ON funds_entry FOR EACH ROW EXECUTE FUNCTION funds_book();
ALTER TABLE funds_entry ENABLE ALWAYS TRIGGER entry_books;
"""

QUOTA_SUMS = "amount, passed, allocated, paid, claimed, recovered, carried"
ALLOCATION_SUMS = "amount, paid, claimed, settled"


def guard(table: str, sums: str, fixed: str) -> migrations.RunSQL:
    """Nobody but the ledger's trigger moves a sum, and nobody but the owner (who re-codes places) what a row is."""
    rows = {name: ", ".join(f"{name}.{part.strip()}" for part in sums.split(",")) for name in ("OLD", "NEW")}
    kept = {name: ", ".join(f"{name}.{part.strip()}" for part in fixed.split(",")) for name in ("OLD", "NEW")}
    name = f"funds_guard_{table}"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                IF greatest({rows["NEW"]}) <> 0 OR least({rows["NEW"]}) <> 0 THEN
                    RAISE EXCEPTION 'sums of {table} are booked, not written'
                        USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_sums_are_booked';
                END IF;
            ELSIF ({rows["OLD"]}) IS DISTINCT FROM ({rows["NEW"]}) AND pg_trigger_depth() < 2 THEN
                RAISE EXCEPTION 'sums of {table} are booked, not written'
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_sums_are_booked';
            ELSIF ({kept["OLD"]}) IS DISTINCT FROM ({kept["NEW"]}) AND current_user = '{APP}' THEN
                RAISE EXCEPTION 'what a row of {table} is does not change'
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_stays';
            END IF;
            RETURN NULL;
        END $$;
        -- Afterwards, so that the policy of the table speaks first.
        CREATE TRIGGER {table}_guard AFTER INSERT OR UPDATE ON funds_{table}
            FOR EACH ROW EXECUTE FUNCTION {name}();
        ALTER TABLE funds_{table} ENABLE ALWAYS TRIGGER {table}_guard;
        REVOKE DELETE, TRUNCATE ON funds_{table} FROM {APP};
        """,
        f"DROP TRIGGER {table}_guard ON funds_{table}; DROP FUNCTION {name}(); GRANT DELETE ON funds_{table} TO {APP}",
    )


def follow(table: str, key: str, target: str) -> migrations.RunSQL:
    """Keep a row placed where the row is that it hangs off."""
    name = f"funds_{table}_{key}_place"
    return migrations.RunSQL(
        f"ALTER TABLE funds_{table} ADD CONSTRAINT {name} FOREIGN KEY ({key}, division_id) "
        f"REFERENCES funds_{target} (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE funds_{table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial"), ("access", "0004_row_security")]

    operations = [
        follow("orderline", "order_id", "fundorder"),
        follow("orderlog", "order_id", "fundorder"),
        follow("allocation", "project_id", "project"),
        follow("entry", "project_id", "project"),
        follow("payment", "project_id", "project"),
        rls.protect("funds_quota", realm="funds"),
        rls.protect("funds_closedyear", realm="funds", append_only=True),
        rls.protect("funds_project", realm="funds"),
        rls.protect("funds_projectevent", realm="funds", append_only=True),
        rls.protect("funds_allocation", realm="funds"),
        rls.protect("funds_fundorder", realm="funds"),
        rls.protect("funds_orderline", realm="funds"),
        rls.protect("funds_orderlog", realm="funds", append_only=True),
        rls.protect("funds_approvalband", realm="funds"),
        rls.protect("funds_entry", realm="funds", append_only=True),
        rls.protect("funds_payment", realm="funds"),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON funds_project, funds_fundorder FROM {APP};"
            f" REVOKE UPDATE, DELETE, TRUNCATE ON funds_payment FROM {APP};"
            f" GRANT UPDATE (reversed_on) ON funds_payment TO {APP}",
            f"GRANT DELETE ON funds_project, funds_fundorder TO {APP}; GRANT UPDATE, DELETE ON funds_payment TO {APP}",
        ),
        migrations.RunSQL(WITHIN.replace("%%", "%"), "DROP FUNCTION funds_within(bigint, bigint)"),
        guard("quota", QUOTA_SUMS, "division_id, parent_id, from_division_id, kind, origin, year, document_no"),
        guard("allocation", ALLOCATION_SUMS, "division_id, quota_id, project_id"),
        migrations.RunSQL(BOOK, "DROP TRIGGER entry_books ON funds_entry; DROP FUNCTION funds_book()"),
    ]
