"""The access log becomes a chain; rows from before are chained as they are."""

from django.conf import settings
from django.db import migrations, models

from apps.access import session
from apps.access.scope import Scope
from apps.history import chain

CHAINS = 16

FUNCTIONS = """
CREATE FUNCTION history_chain_head(wanted smallint) RETURNS TABLE (seq bigint, mac bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT c.seq, c.mac FROM history_auditchain c WHERE c.number = wanted FOR UPDATE;
END $$;

CREATE FUNCTION history_chain_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE history_auditchain c SET seq = NEW.seq, mac = NEW.mac
    WHERE c.number = NEW.chain AND c.seq = NEW.seq - 1 AND c.mac = NEW.previous;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a record of the access log must continue chain %', NEW.chain;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER chain_moves BEFORE INSERT ON history_accesslog FOR EACH ROW EXECUTE FUNCTION history_chain_moves();

-- For everybody, the owner too: only the purge function deletes, and not even that what must still be kept.
CREATE FUNCTION history_keeps() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('app.purging', true) = 'access log' THEN
        IF OLD.at < now() - interval '1096 days'
           OR OLD.at < now() - interval '180 days' AND OLD.action NOT IN ('export', 'download', 'share') THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the access log is only added to (%)', TG_OP;
END $$;

CREATE TRIGGER keeps_rows BEFORE UPDATE OR DELETE ON history_accesslog FOR EACH ROW EXECUTE FUNCTION history_keeps();
CREATE TRIGGER keeps_all BEFORE TRUNCATE ON history_accesslog FOR EACH STATEMENT EXECUTE FUNCTION history_keeps();

-- The retention: rows of a chain up to a number, but not those of the actions that are kept three years.
CREATE FUNCTION history_purge(of_chain smallint, through bigint, kept text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM set_config('app.purging', 'access log', true);
    DELETE FROM history_accesslog
    WHERE chain = of_chain AND seq <= through
      AND (action <> ALL (kept) OR at < now() - interval '1096 days');
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('app.purging', '', true);
    RETURN gone;
END $$;
"""
BACK = """
DROP TRIGGER keeps_all ON history_accesslog;
DROP TRIGGER keeps_rows ON history_accesslog;
DROP TRIGGER chain_moves ON history_accesslog;
DROP FUNCTION history_purge(smallint, bigint, text[]);
DROP FUNCTION history_keeps();
DROP FUNCTION history_chain_moves();
DROP FUNCTION history_chain_head(smallint);
"""


def link(apps, editor):
    """The heads of the chains, and the rows there are, in the order in which they were written."""
    heads = dict.fromkeys(range(CHAINS), (0, b""))
    everywhere = Scope(user_id=None, capabilities={"view_audit": ((0, 999999999999),)})
    with session.lent(editor.connection, everywhere):
        for row in apps.get_model("history", "AccessLog").objects.order_by("pk").iterator():
            row.chain = chain.chain_of(row.username)
            seq, previous = heads[row.chain]
            heads[row.chain] = seq + 1, chain.append(row, seq + 1, previous)
            row.save(update_fields=["chain", "seq", "previous", "mac", "key_id"])
    model = apps.get_model("history", "AuditChain")
    model.objects.bulk_create(model(number=number, seq=seq, mac=mac) for number, (seq, mac) in heads.items())


class Migration(migrations.Migration):
    dependencies = [("history", "0003_chains")]

    operations = [
        migrations.RunPython(link, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="accesslog",
            constraint=models.UniqueConstraint(fields=("chain", "seq"), name="access_log_chain"),
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.RunSQL(
            "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON history_auditchain, history_auditcheckpoint "
            f"FROM {settings.DATABASE_APP_ROLE}",
            migrations.RunSQL.noop,
        ),
    ]
