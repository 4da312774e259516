"""The register of assets behind row-level security, and what the database itself holds of it.

Contracts, yields, distributions and logs lie where their asset lies, a household's own asset and what a household got
where the household lies. Nothing is deleted; of a contract and a yield only the day of its end changes, of a
distribution only how far it is. What is shared out is covered by what was received of the year, and the lines of a
distribution come to its amount.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE
KEPT = "funds_asset, funds_assetcontract, funds_assetyield, funds_assetdistribution"

SHARE = """
CREATE FUNCTION funds_share() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Whoever shares out or cancels a yield of the same asset at the same moment waits here.
    PERFORM FROM funds_asset WHERE id = NEW.asset_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'row-level security: there is no asset % here', NEW.asset_id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (SELECT coalesce(sum(amount), 0) FROM funds_assetdistribution
        WHERE asset_id = NEW.asset_id AND year = NEW.year AND state <> 'withdrawn')
       > (SELECT coalesce(sum(amount), 0) FROM funds_assetyield
          WHERE asset_id = NEW.asset_id AND year = NEW.year AND cancelled_on IS NULL) THEN
        RAISE EXCEPTION 'more of asset % is shared out than was received of %', NEW.asset_id, NEW.year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'distribution_within_yield';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER distribution_within_yield AFTER INSERT OR UPDATE OF state, amount, year, asset_id
    ON funds_assetdistribution FOR EACH ROW EXECUTE FUNCTION funds_share();
CREATE TRIGGER yield_covers_distribution AFTER UPDATE OF cancelled_on, amount, year, asset_id
    ON funds_assetyield FOR EACH ROW EXECUTE FUNCTION funds_share();
ALTER TABLE funds_assetdistribution ENABLE ALWAYS TRIGGER distribution_within_yield;
ALTER TABLE funds_assetyield ENABLE ALWAYS TRIGGER yield_covers_distribution;
"""
UNSHARE = """
DROP TRIGGER distribution_within_yield ON funds_assetdistribution;
DROP TRIGGER yield_covers_distribution ON funds_assetyield;
DROP FUNCTION funds_share();
"""

# What a distribution says is what the meeting decided; what was paid out stays paid out.
STAYS = """
CREATE FUNCTION funds_distribution_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.to_households <> 0
       OR TG_OP = 'UPDATE' AND OLD.to_households <> NEW.to_households AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'what goes to households is the sum of the lines'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'distribution_lines_whole';
    END IF;
    IF TG_OP = 'UPDATE' AND ((OLD.asset_id, OLD.year, OLD.amount, OLD.collective, OLD.met_on, OLD.present, OLD.minutes)
       IS DISTINCT FROM (NEW.asset_id, NEW.year, NEW.amount, NEW.collective, NEW.met_on, NEW.present, NEW.minutes)
       OR OLD.state IN ('distributed', 'withdrawn') AND NEW.state <> OLD.state) THEN
        RAISE EXCEPTION 'what a distribution says does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'distribution_stays';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER distribution_stays AFTER INSERT OR UPDATE ON funds_assetdistribution
    FOR EACH ROW EXECUTE FUNCTION funds_distribution_stays();
ALTER TABLE funds_assetdistribution ENABLE ALWAYS TRIGGER distribution_stays;
"""

# Lines are added to a plan at once with it; their sum is moved here and nowhere else.
ADDED = """
CREATE FUNCTION funds_lines_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM added LEFT JOIN funds_assetdistribution held ON held.id = added.distribution_id
               WHERE held.id IS NULL) THEN
        RAISE EXCEPTION 'row-level security: there is no such distribution here'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM added JOIN funds_assetdistribution held ON held.id = added.distribution_id
               WHERE NOT funds_within(held.division_id, added.division_id)) THEN
        RAISE EXCEPTION 'a household of the distribution does not live at its place'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'distribution_line_here';
    END IF;
    UPDATE funds_assetdistribution held SET to_households = held.to_households + lines.amount
    FROM (SELECT distribution_id, sum(amount) AS amount FROM added GROUP BY distribution_id) lines
    WHERE held.id = lines.distribution_id;
    RETURN NULL;
END $$;
CREATE TRIGGER distribution_lines_added AFTER INSERT ON funds_distributionline
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION funds_lines_added();
ALTER TABLE funds_distributionline ENABLE ALWAYS TRIGGER distribution_lines_added;
"""


def follow(table: str, key: str, target: str) -> migrations.RunSQL:
    """Keep a row placed where the row is that it hangs off."""
    name = f"funds_{table}_{key}_place"
    return migrations.RunSQL(
        f"ALTER TABLE funds_{table} ADD CONSTRAINT {name} FOREIGN KEY ({key}, division_id) "
        f"REFERENCES funds_{target} (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE funds_{table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("funds", "0005_assets"), ("households", "0003_certificate_grade")]

    operations = [
        rls.follow_household("funds_asset"),
        rls.follow_household("funds_distributionline"),
        follow("assetlog", "asset_id", "asset"),
        follow("assetcontract", "asset_id", "asset"),
        follow("assetyield", "asset_id", "asset"),
        follow("assetdistribution", "asset_id", "asset"),
        follow("distributionlog", "distribution_id", "assetdistribution"),
        rls.protect("funds_asset", realm="funds"),
        rls.protect("funds_assetevent", realm="funds", append_only=True),
        rls.protect("funds_assetlog", realm="funds", append_only=True),
        rls.protect("funds_assetcontract", realm="funds"),
        rls.protect("funds_assetyield", realm="funds"),
        rls.protect("funds_assetdistribution", realm="funds"),
        rls.protect("funds_distributionline", realm="funds", append_only=True),
        rls.protect("funds_distributionlog", realm="funds", append_only=True),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON {KEPT} FROM {APP};"
            f" REVOKE UPDATE ON funds_assetcontract, funds_assetyield FROM {APP};"
            f" GRANT UPDATE (ended_on) ON funds_assetcontract TO {APP};"
            f" GRANT UPDATE (cancelled_on) ON funds_assetyield TO {APP}",
            f"GRANT UPDATE, DELETE ON {KEPT} TO {APP}",
        ),
        migrations.RunSQL(SHARE, UNSHARE),
        migrations.RunSQL(
            STAYS,
            "DROP TRIGGER distribution_stays ON funds_assetdistribution; DROP FUNCTION funds_distribution_stays()",
        ),
        migrations.RunSQL(
            ADDED, "DROP TRIGGER distribution_lines_added ON funds_distributionline; DROP FUNCTION funds_lines_added()"
        ),
    ]
