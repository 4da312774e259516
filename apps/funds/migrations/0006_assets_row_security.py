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
    IF (OLD.asset_id, OLD.year, OLD.amount, OLD.collective, OLD.met_on, OLD.present, OLD.minutes)
       IS DISTINCT FROM (NEW.asset_id, NEW.year, NEW.amount, NEW.collective, NEW.met_on, NEW.present, NEW.minutes)
       OR OLD.state IN ('distributed', 'withdrawn') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'what a distribution says does not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'distribution_stays';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER distribution_stays AFTER UPDATE ON funds_assetdistribution
    FOR EACH ROW EXECUTE FUNCTION funds_distribution_stays();
ALTER TABLE funds_assetdistribution ENABLE ALWAYS TRIGGER distribution_stays;
"""

WHOLE = """
CREATE FUNCTION funds_line_here() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    place bigint;
BEGIN
    SELECT division_id INTO place FROM funds_assetdistribution WHERE id = NEW.distribution_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'row-level security: there is no distribution % here', NEW.distribution_id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT funds_within(place, NEW.division_id) THEN
        RAISE EXCEPTION 'household % does not live at %', NEW.household_id, place
            USING ERRCODE = 'check_violation', CONSTRAINT = 'distribution_line_here';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER distribution_line_here AFTER INSERT ON funds_distributionline
    FOR EACH ROW EXECUTE FUNCTION funds_line_here();
ALTER TABLE funds_distributionline ENABLE ALWAYS TRIGGER distribution_line_here;

CREATE FUNCTION funds_distribution_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one bigint := CASE TG_TABLE_NAME WHEN 'funds_assetdistribution' THEN NEW.id ELSE (to_jsonb(NEW)->>'distribution_id')::bigint END;
    missing numeric;
BEGIN
    SELECT held.amount - held.collective - coalesce((SELECT sum(line.amount) FROM funds_distributionline line
                                                     WHERE line.distribution_id = held.id), 0)
    INTO missing FROM funds_assetdistribution held WHERE held.id = one;
    IF missing IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'the lines of distribution % do not come to its amount', one
            USING ERRCODE = 'check_violation', CONSTRAINT = 'distribution_lines_whole';
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction: a distribution is written before its lines.
CREATE CONSTRAINT TRIGGER distribution_whole AFTER INSERT ON funds_assetdistribution
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_distribution_whole();
CREATE CONSTRAINT TRIGGER distribution_line_whole AFTER INSERT ON funds_distributionline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_distribution_whole();
ALTER TABLE funds_assetdistribution ENABLE ALWAYS TRIGGER distribution_whole;
ALTER TABLE funds_distributionline ENABLE ALWAYS TRIGGER distribution_line_whole;
"""
UNWHOLE = """
DROP TRIGGER distribution_whole ON funds_assetdistribution;
DROP TRIGGER distribution_line_whole ON funds_distributionline;
DROP TRIGGER distribution_line_here ON funds_distributionline;
DROP FUNCTION funds_distribution_whole();
DROP FUNCTION funds_line_here();
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
        migrations.RunSQL(WHOLE, UNWHOLE),
    ]
