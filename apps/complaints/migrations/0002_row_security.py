"""Complaints behind row-level security, what the database holds of their way, and the public site's three doors.

The complaint itself is seen by ranges like everything else; what may tell who wrote it is of a realm that a post opens
at its very place alone. All of it lies where the complaint lies and goes with it. A unit never handles what is said
about itself or about anything above it; states move along known ways, and only the handling unit moves them.
"""

from django.conf import settings
from django.db import migrations

from apps.access import rls

APP = settings.DATABASE_APP_ROLE
PUBLIC = settings.DATABASE_PUBLIC_ROLE
CONFIDENTIAL = ("complainant", "statement", "complaintphoto", "complaintlog")
MINE = rls.any_of(rls.in_scope("OLD.division_id", "complaints"))


def follow(name: str) -> migrations.RunSQL:
    """Keep a row with the unit that handles its complaint."""
    constraint = f"complaints_{name}_place"
    return migrations.RunSQL(
        f"ALTER TABLE complaints_{name} ADD CONSTRAINT {constraint} FOREIGN KEY (complaint_id, division_id) "
        "REFERENCES complaints_complaint (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE complaints_{name} DROP CONSTRAINT {constraint}",
    )


# Codes say their level by the groups that are not zero (apps/divisions/codes.py).
PLACES = """
CREATE FUNCTION complaints_below(place bigint, concerned bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT concerned > place AND concerned < place + CASE
        WHEN place % 1000 <> 0 THEN 1
        WHEN place % 1000000 <> 0 THEN 1000
        WHEN place % 100000000 <> 0 THEN 1000000
        WHEN place % 10000000000 <> 0 THEN 100000000
        ELSE 10000000000 END
$$;
CREATE FUNCTION complaints_desk(concerned bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN concerned % 1000000 <> 0 THEN concerned - concerned % 1000000
        WHEN concerned % 100000000 <> 0 THEN concerned - concerned % 100000000
        WHEN concerned % 10000000000 <> 0 THEN concerned - concerned % 10000000000 END
$$;
"""

# Re-coding of divisions passes: it connects as the owner, and moves places without moving anything between people.
GUARD = f"""
CREATE FUNCTION complaints_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF current_user <> '{APP}' THEN
            RETURN NULL;
        END IF;
        IF NOT ({MINE}) THEN
            RAISE EXCEPTION 'row-level security: complaint % is handled elsewhere', OLD.id
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('received', 'registered'), ('registered', 'received'),
            ('registered', 'accepted'), ('registered', 'not_accepted'), ('registered', 'transferred'),
            ('accepted', 'assigned'), ('accepted', 'investigating'), ('accepted', 'transferred'),
            ('assigned', 'investigating'), ('assigned', 'transferred'),
            ('investigating', 'assigned'), ('investigating', 'answered'), ('investigating', 'transferred'),
            ('transferred', 'result_returned'),
            ('result_returned', 'investigating'), ('result_returned', 'answered'),
            ('answered', 'feedback'), ('answered', 'closed'), ('feedback', 'closed'),
            ('closed', 'accepted'), ('not_accepted', 'accepted')
        ) THEN
            RAISE EXCEPTION 'a complaint does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_way';
        END IF;
        IF OLD.reopened AND (NOT NEW.reopened OR OLD.state IN ('closed', 'not_accepted') AND NEW.state <> OLD.state)
           OR NEW.state = 'accepted' AND OLD.state IN ('closed', 'not_accepted') AND NOT NEW.reopened THEN
            RAISE EXCEPTION 'a complaint is reopened once'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_reopened_once';
        END IF;
        IF OLD.number <> NEW.number THEN
            RAISE EXCEPTION 'the number of a complaint does not change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_number_stays';
        END IF;
    END IF;
    IF NOT complaints_below(NEW.division_id, NEW.concerned_id) THEN
        RAISE EXCEPTION 'a complaint is handled above the place it is about'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'complaint_handled_above';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER complaint_guard_new AFTER INSERT ON complaints_complaint
    FOR EACH ROW EXECUTE FUNCTION complaints_guard();
CREATE TRIGGER complaint_guard AFTER UPDATE ON complaints_complaint
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION complaints_guard();
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER complaint_guard_new;
ALTER TABLE complaints_complaint ENABLE ALWAYS TRIGGER complaint_guard;
"""
UNGUARD = """
DROP TRIGGER complaint_guard ON complaints_complaint;
DROP TRIGGER complaint_guard_new ON complaints_complaint;
DROP FUNCTION complaints_guard();
DROP FUNCTION complaints_desk(bigint);
DROP FUNCTION complaints_below(bigint, bigint);
"""

# The owner is bound by the policies as well. Each door takes the scope it needs for itself, and gives it back: of one
# place to write there, of the region to answer from one row or in sums.
SCOPE = "app.supervision_lo app.supervision_hi app.complaints_lo app.complaints_hi".split()
BEFORE = "ARRAY[" + ", ".join(f"current_setting('{name}', true)" for name in SCOPE) + "]"


def take(low: str, high: str) -> str:
    """Statements that take the scope of a range."""
    return " ".join(
        f"PERFORM set_config('{name}', ({high if name.endswith('hi') else low})::text, true);" for name in SCOPE
    )


GIVE_BACK = " ".join(
    f"PERFORM set_config('{name}', coalesce(before[{at}], ''), true);" for at, name in enumerate(SCOPE, start=1)
)
REGION = ("150000000000", "159999999999")

RECEIVE = f"""
CREATE FUNCTION complaints_receive(
    written text, about bigint, what text, words text, told_name bytea, told_contact bytea, hashed bytea,
    came_on date, register_by date, pictures jsonb
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    place bigint := complaints_desk(about);
    before text[] := {BEFORE};
    made bigint;
BEGIN
    IF place IS NULL OR NOT EXISTS (SELECT FROM divisions_division WHERE code = about AND ended_on IS NULL) THEN
        RETURN false;
    END IF;
    IF written !~ '^XF[0-9]{{12}}$' OR length(hashed) <> 32 OR length(btrim(words)) NOT BETWEEN 1 AND 5000
       OR length(told_name) > 1000 OR length(told_contact) > 2000 OR jsonb_array_length(pictures) > 3
       OR register_by NOT BETWEEN came_on AND came_on + 30 THEN
        RAISE EXCEPTION 'no complaint' USING ERRCODE = 'check_violation';
    END IF;
    {take("place", "place")}
    INSERT INTO complaints_complaint (
        division_id, number, kind, channel, sender, concerned_id, named, state, state_since, round, due_on, received_on,
        result, satisfaction, reopened, sent_to, document_no, leader, leader_post, version, created_at, updated_at
    ) VALUES (
        place, written, what, 'site', '', about, told_name IS NOT NULL, 'received', now(), 0, register_by, came_on,
        '', '', false, '', '', '', '', 1, now(), now()
    ) RETURNING id INTO made;
    INSERT INTO complaints_statement (division_id, complaint_id, text, findings, answer, secret_hash)
    VALUES (place, made, words, '', '', hashed);
    IF told_name IS NOT NULL OR told_contact IS NOT NULL THEN
        INSERT INTO complaints_complainant (division_id, complaint_id, name, contact)
        VALUES (place, made, told_name, told_contact);
    END IF;
    INSERT INTO complaints_complaintphoto (division_id, complaint_id, at, width, height, image)
    SELECT place, made, now(), (one ->> 'width')::int, (one ->> 'height')::int, one ->> 'image'
    FROM jsonb_array_elements(pictures) AS one;
    INSERT INTO complaints_complaintlog (
        division_id, complaint_id, round, at, by_name, step, apart, from_state, to_state, note
    ) VALUES (place, made, 0, now(), '', 'receive', false, '', 'received', '');
    {GIVE_BACK}
    RETURN true;
END $$;
"""

# Compared by hashes under a salt of the moment: how long that takes tells nothing of what is stored.
FOLLOW = f"""
CREATE FUNCTION complaints_follow(written text, hashed bytea)
RETURNS TABLE (state text, received_on date, accepted_on date, due_on date, answered_on date, closed_on date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before text[] := {BEFORE};
    salt bytea := uuid_send(gen_random_uuid());
BEGIN
    {take(*REGION)}
    RETURN QUERY
        SELECT c.state::text, c.received_on, c.accepted_on, c.due_on, c.answered_on, c.closed_on
        FROM complaints_complaint c JOIN complaints_statement s ON s.complaint_id = c.id
        WHERE c.number = written AND sha256(s.secret_hash || salt) = sha256(hashed || salt);
    {GIVE_BACK}
END $$;
"""

# Of a whole quarter and the whole region, by kind; numbers below five are not told.
NUMBERS = f"""
CREATE FUNCTION complaints_numbers(first date)
RETURNS TABLE (kind text, received bigint, closed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before text[] := {BEFORE};
BEGIN
    first := date_trunc('quarter', first)::date;
    {take(*REGION)}
    RETURN QUERY
        SELECT coalesce(c.kind, '')::text, nullif(greatest(count(*), 4), 4),
            nullif(greatest(count(*) FILTER (WHERE c.state = 'closed'), 4), 4)
        FROM complaints_complaint c
        WHERE c.received_on >= first AND c.received_on < first + interval '3 months'
        GROUP BY GROUPING SETS ((c.kind), ());
    {GIVE_BACK}
END $$;
"""
DOORS = (
    "complaints_receive(text, bigint, text, text, bytea, bytea, bytea, date, date, jsonb)",
    "complaints_follow(text, bytea)",
    "complaints_numbers(date)",
)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("notices", "0002_row_security")]

    operations = [
        *(follow(name) for name in CONFIDENTIAL),
        rls.protect("complaints_complaint", realm="supervision"),
        *(rls.protect(f"complaints_{name}", realm="complaints", append_only=True) for name in CONFIDENTIAL),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON complaints_complaint FROM {APP};"
            f" GRANT UPDATE (findings, answer) ON complaints_statement TO {APP}",
            f"GRANT DELETE ON complaints_complaint TO {APP};"
            f" REVOKE UPDATE (findings, answer) ON complaints_statement FROM {APP}",
        ),
        migrations.RunSQL(PLACES + GUARD, UNGUARD),
        migrations.RunSQL(RECEIVE + FOLLOW + NUMBERS, "; ".join(f"DROP FUNCTION {door}" for door in DOORS)),
        migrations.RunSQL(
            "; ".join(f"REVOKE ALL ON FUNCTION {door} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {door} TO {PUBLIC}" for door in DOORS),
            migrations.RunSQL.noop,
        ),
    ]
