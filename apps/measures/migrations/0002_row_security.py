"""Small loans behind row-level security, placed where their household is; their sums, as the database itself holds them.

A repayment moves the sum of its loan in the statement that writes it; the constraints of the loan then refuse what is
more than was lent. Nobody else may move a sum, not even by SQL; repayments are never changed or deleted, and what
reverses one undoes it wholly and once.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE

REPAY = """
CREATE FUNCTION measures_repay() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    moved bigint;
BEGIN
    WITH sums AS (SELECT loan_id, sum(principal) AS principal FROM added GROUP BY loan_id),
    written AS (
        UPDATE measures_smallloan AS loan
        SET repaid = repaid + sums.principal, version = version + 1, updated_at = now()
        FROM sums WHERE loan.id = sums.loan_id RETURNING loan.id
    )
    SELECT (SELECT count(*) FROM sums) - (SELECT count(*) FROM written) INTO moved;
    IF moved <> 0 THEN
        RAISE EXCEPTION 'row-level security: there are % loans less here', moved USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (
        SELECT FROM added LEFT JOIN measures_loanrepayment undone ON undone.id = added.reverses_id
        WHERE added.reverses_id IS NOT NULL AND (undone.loan_id, undone.principal, undone.reverses_id)
              IS DISTINCT FROM (added.loan_id, -added.principal, NULL)
    ) THEN
        RAISE EXCEPTION 'a reversal undoes one repayment of the same loan wholly'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'repayment_reverses_one';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER repayment_sums AFTER INSERT ON measures_loanrepayment REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION measures_repay();
ALTER TABLE measures_loanrepayment ENABLE ALWAYS TRIGGER repayment_sums;
"""

GUARD = """
CREATE FUNCTION measures_guard_repaid() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.repaid <> (SELECT coalesce(sum(principal), 0) FROM measures_loanrepayment WHERE loan_id = NEW.id) THEN
        RAISE EXCEPTION 'what is repaid of loan % is the sum of its repayments', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_repaid_is_the_sum';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER loan_repaid_new AFTER INSERT ON measures_smallloan
    FOR EACH ROW WHEN (NEW.repaid <> 0) EXECUTE FUNCTION measures_guard_repaid();
CREATE TRIGGER loan_repaid_moved AFTER UPDATE ON measures_smallloan
    FOR EACH ROW WHEN (NEW.repaid IS DISTINCT FROM OLD.repaid) EXECUTE FUNCTION measures_guard_repaid();
ALTER TABLE measures_smallloan ENABLE ALWAYS TRIGGER loan_repaid_new;
ALTER TABLE measures_smallloan ENABLE ALWAYS TRIGGER loan_repaid_moved;
"""

SAME_HOUSEHOLD = """
ALTER TABLE measures_loanrepayment ADD CONSTRAINT measures_loanrepayment_household
    FOREIGN KEY (loan_id, household_id) REFERENCES measures_smallloan (id, household_id)
    ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
"""

KEPT = "measures_smallloan, measures_loanwish, measures_riskfund"


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial"), ("households", "0002_row_security")]

    operations = [
        migrations.RunSQL(
            REPAY,
            "DROP TRIGGER repayment_sums ON measures_loanrepayment; DROP FUNCTION measures_repay()",
        ),
        migrations.RunSQL(
            GUARD,
            "DROP TRIGGER loan_repaid_moved ON measures_smallloan; DROP TRIGGER loan_repaid_new ON measures_smallloan;"
            " DROP FUNCTION measures_guard_repaid()",
        ),
        migrations.RunSQL(
            SAME_HOUSEHOLD, "ALTER TABLE measures_loanrepayment DROP CONSTRAINT measures_loanrepayment_household"
        ),
        *(rls.follow_household(f"measures_{table}") for table in ("smallloan", "loanrepayment", "loanwish")),
        rls.protect("measures_smallloan", household="household_id"),
        rls.protect("measures_smallloanevent", household="household_id", append_only=True),
        rls.protect("measures_loanrepayment", household="household_id", append_only=True),
        rls.protect("measures_loanwish", household="household_id"),
        rls.protect("measures_loanwishevent", household="household_id", append_only=True),
        rls.protect("measures_riskfund"),
        rls.protect("measures_riskfundevent", append_only=True),
        migrations.RunSQL(f"REVOKE DELETE, TRUNCATE ON {KEPT} FROM {APP}", f"GRANT DELETE ON {KEPT} TO {APP}"),
    ]
