"""Five million visits of 152,000 helpers, put once into the benchmarked database by SQL alone.

The demonstration's helpers have three to five households each; half of theirs go to new ones until there are as many
as the region had (seed 004: 152,000 for 357,000 households). Each pairing is visited once a month, from the reference
month back; in the latest month one helper in forty has not been anywhere.
"""

from __future__ import annotations

from datetime import date

from apps.common.days import today
from apps.visits.services import partitions
from bench.data import Bench, Connection

HELPERS, VISITS = 152_000, 5_000_000
_SENTENCES = (
    ("今天到户里看望", "老人身体比上月好些", "院子收拾得干净", "草料储备够过冬", "孩子放假在家", "粮食已经入仓"),
    ("讲解了健康扶贫政策", "宣传了贴息贷款办法", "说明了草原补奖标准", "介绍了危房改造补助", "核对了收入台账"),
    (
        "帮助联系卖羊",
        "填好慢病卡申请",
        "协调维修水井",
        "一起清理圈舍",
        "联系村医复查",
        "送去棉衣和米面",
        "谈妥土地流转",
    ),
    ("约定下旬再来", "户主表示满意", "子女电话已记下", "下次带技术员来", "等镇里答复", "暂无其他困难"),
)


def fill(bench: Bench) -> None:
    """Make helpers and visits up to their number, 1 in the bench's scale; a second call finds them there."""
    admin = bench.admin()
    admin.execute("SET session_replication_role = replica")  # keys and histories are not what is measured
    _more_helpers(admin, HELPERS // bench.scale)
    if _more_visits(admin, VISITS // bench.scale):
        admin.execute(
            "VACUUM (ANALYZE) visits_visit, visits_visitreceipt, visits_lastvisit, access_pairing, cadres_cadre"
        )
    admin.execute("RESET session_replication_role")


def count(admin: Connection, table: str, condition: str = "true") -> int:
    """Rows of a table."""
    row = admin.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()
    return int(row[0]) if row else 0


def _more_helpers(admin: Connection, wanted: int) -> None:
    """Give every second household of those with the most to a new helper, until there are enough."""
    missing = wanted - count(admin, "cadres_cadre", "account_id IS NOT NULL")
    if missing <= 0:
        return
    admin.execute(
        """
        CREATE TEMP TABLE split AS
        SELECT old, row_number() OVER (ORDER BY households DESC, old) AS n
        FROM (SELECT cadre_id AS old, count(*) AS households FROM access_pairing
              WHERE until_on IS NULL GROUP BY 1 HAVING count(*) > 1) paired
        ORDER BY n LIMIT %s""",
        [missing],
    )
    account, cadre = (f"(SELECT max(id) FROM {table}) + split.n" for table in ("accounts_user", "cadres_cadre"))
    admin.execute(f"CREATE TEMP TABLE numbered AS SELECT old, n, {account} AS account, {cadre} AS new FROM split")
    _clone(
        admin, "accounts_user", "c.id = (SELECT account_id FROM cadres_cadre WHERE id = s.old)",
        id="s.account", username="'again-' || s.account",
    )  # fmt: skip
    _clone(
        admin, "cadres_cadre", "c.id = s.old", id="s.new", account_id="s.account", code="'X' || s.new", phone="NULL",
        phone_index="NULL",
    )  # fmt: skip
    admin.execute(
        """
        UPDATE access_pairing p SET cadre_id = s.new, helper_id = s.account
        FROM numbered s, (SELECT id, row_number() OVER (PARTITION BY cadre_id ORDER BY id) AS turn
                          FROM access_pairing WHERE until_on IS NULL) t
        WHERE p.cadre_id = s.old AND t.id = p.id AND t.turn % 2 = 0"""
    )


def _clone(admin: Connection, table: str, joined: str, **changed: str) -> None:
    """Copy rows of a table for those of `numbered`, with other values in some columns."""
    rows = admin.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", [table]
    )
    names = [str(row[0]) for row in rows]
    values = ", ".join(changed.get(name, f"c.{name}") for name in names)
    admin.execute(
        f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {values} FROM numbered s JOIN {table} c ON {joined}"
    )


def _more_visits(admin: Connection, wanted: int) -> int:
    """Fill months from the reference month back until there are enough; how many visits were added."""
    month, there = today().replace(day=1), count(admin, "visits_visit")
    added = 0
    while there + added < wanted:
        partitions.ensure(month, ahead=0)
        if not count(admin, "visits_visit", f"visited_on >= '{month}' AND visited_on < '{_after(month)}'"):
            added += _month(admin, month, month == today().replace(day=1))
        month = (month.replace(day=1) - (date(2000, 1, 2) - date(2000, 1, 1))).replace(day=1)
    return added


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _text() -> str:
    """SQL for a text of one sentence of each kind, which depends on the visit `m`."""
    parts = []
    for turn, sentences in enumerate(_SENTENCES, start=3):
        listed = ", ".join(f"'{one}'" for one in sentences)
        parts.append(f"(ARRAY[{listed}])[1 + (hashint8(m.id * {turn}) & 1023) % {len(sentences)}]")
    return " || '，' || ".join(parts)


def _month(admin: Connection, month: date, latest: bool) -> int:
    """One visit of each pairing in a month; how many."""
    idle = "AND p.helper_id % 40 <> 7" if latest else ""
    done = admin.execute(
        f"""
        WITH days AS (
            SELECT p.household_id, p.division_id, p.helper_id, p.name,
                   date '{month}' + (hashint8(p.household_id + {month.month}) & 1023) % 27 AS day,
                   make_interval(mins => 8 * 60 + (hashint8(p.household_id * 7) & 1023) % 600) AS at
            FROM access_pairing p
            WHERE p.until_on IS NULL AND p.helper_id IS NOT NULL AND p.from_on <= '{month}' {idle}
        ), made AS (
            INSERT INTO visits_visitreceipt
                (client_id, household_id, division_id, author_id, digest, visited_on, received_at)
            SELECT gen_random_uuid(), household_id, division_id, helper_id, md5(household_id::text) || md5(day::text),
                   day, (day + at) AT TIME ZONE 'Asia/Shanghai' + interval '2 hours'
            FROM days ORDER BY day, at
            RETURNING *
        )
        INSERT INTO visits_visit
            (id, client_id, household_id, division_id, author_id, author_name, visited_on, visited_at, received_at,
             offline, text, situation, help_given, policies, persons_met, problem, no_position, lon, lat, datum,
             distance)
        SELECT m.id, m.client_id, m.household_id, m.division_id, m.author_id, d.name, m.visited_on,
               m.received_at - interval '2 hours', m.received_at, m.id % 3 = 0, {_text()}, '', '', '', '户主', '', '',
               v.lon + (m.id % 200 - 100) * 0.0001, v.lat + (m.id % 160 - 80) * 0.0001, 'wgs84', m.id % 900
        FROM made m JOIN days d USING (household_id) JOIN divisions_division v ON v.code = m.division_id
        WHERE d.helper_id = m.author_id"""
    )
    return done.rowcount
