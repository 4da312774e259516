"""The departments' data at the size of the whole region: rows of people who are in no register.

The demonstration has the poor and a few others, the departments have everybody: what a rule costs is finding the poor
among them. Counts are those of the region around 2018, rounded, in thousands where nothing better is known.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import sql

from apps.access import scope as scopes
from apps.common.days import today
from apps.datasets.models import tables
from apps.datasets.services.freshness import InForce, in_force
from bench.data import Bench, Connection


@dataclass(frozen=True)
class Strangers:
    """So many rows of a data set at scale 1, with its own columns as SQL over the row's number `n`, counted from 1.

    `villages` is the array of all villages. A number is the same person in every set.
    """

    count: int
    columns: Mapping[str, str]


KEY, NAMES = "sha256(('resident ' || n)::bytea)", ("王李张刘陈杨包白赵敖", "伟芳娜强敏静丽军勇杰")
NAME = f"substr('{NAMES[0]}', 1 + n % 10, 1) || substr('{NAMES[1]}', 1 + n / 10 % 10, 1)"
VILLAGE = "villages[1 + n / 3 % cardinality(villages)]"


def _one(of: str, *values: str) -> str:
    """One value after the other."""
    return f"(ARRAY[{', '.join(repr(value) for value in values)}])[1 + {of} % {len(values)}]"


def _day(first: str, days: int) -> str:
    """A day within so many from the first."""
    return f"date '{first}' + n % {days}"


STRANGERS: dict[str, Strangers] = {
    # The population less the register; three in a household's register, one in a hundred cancelled.
    "PS-HK": Strangers(
        23_440_000,
        {
            "register_no": "'R' || n / 3",
            "register_relation": _one("n", "01", "02", "03"),
            "registered_at": VILLAGE,
            "kind": _one("n / 3", "农业", "非农业", "居民", "农业", "非农业"),
            "cancelled_on": f"CASE WHEN n % 100 = 0 THEN {_day('2015-01-01', 1400)} END",
            "cancel_reason": "CASE WHEN n % 100 = 0 THEN 'moved' ELSE '' END",
        },
    ),
    "PS-DE": Strangers(194_000, {"died_on": _day("2018-01-01", 360), "cancelled_on": _day("2018-02-01", 330)}),
    # Not every second death is a cremation, in a region of herders fewer.
    "CA-CR": Strangers(75_000, {"cremated_on": _day("2018-01-01", 360)}),
    "CA-DB": Strangers(
        1_460_000,
        {
            "grade": _one("n", "1", "2", "3"),
            "amount": "180 + n % 200",
            "from_on": _day("2012-01-01", 2000),
            "to_on": f"CASE WHEN n % 12 = 0 THEN {_day('2017-07-01', 400)} END",
        },
    ),
    # What civil affairs report of the rural destitute, less those who are in the register.
    "CA-TK": Strangers(
        80_000,
        {"mode": _one("n", "dispersed", "institution"), "amount": "620", "from_on": _day("2012-01-01", 2000)},
    ),
    "DF-CE": Strangers(
        1_080_000,
        {
            "type": _one("n", "1", "2", "3", "4", "5", "6"),
            "grade": _one("n / 7", "1", "2", "3", "4"),
            "state": _one("n", "valid", "valid", "valid", "valid", "expired", "cancelled"),
        },
    ),
    "FN-PY": Strangers(
        695_000,
        {
            "unit": "'单位' || n % 20000",
            "post_kind": _one("n", "civil_servant", "institution", "institution", "retired", "contract"),
            "from_on": _day("1990-01-01", 9000),
        },
    ),
    "PS-VH": Strangers(
        2_920_000,
        {
            "plate": "'蒙' || n",
            "kind": _one("n", "car", "car", "car", "car", "van", "truck", "motorcycle", "tricycle"),
            "registered_on": _day("2005-01-01", 4700),
            "value": "CASE WHEN n % 3 > 0 THEN 5000 + n % 200000 END",
            "cancelled_on": f"CASE WHEN n % 15 = 0 THEN {_day('2015-01-01', 1400)} END",
        },
    ),
    # Some two hundred thousand contracts a year since they are signed online.
    "HC-SP": Strangers(
        2_000_000,
        {
            "contract_no": "'C' || n",
            "place": "'某小区' || n % 5000",
            "area": "60 + n % 90",
            "signed_on": _day("2009-01-01", 3600),
            "cancelled_on": f"CASE WHEN n % 40 = 0 THEN {_day('2015-01-01', 1400)} END",
        },
    ),
    # Every second of the region's eight million households: older titles are not in the new register yet.
    "NR-RE": Strangers(
        4_000_000,
        {
            "property_no": "'P' || n",
            "kind": _one("n", "housing", "housing", "homestead", "homestead", "business", "other"),
            "located_in": VILLAGE,
            "place": "'某路' || n % 5000",
            "area": "60 + n % 90",
            "registered_on": _day("2009-01-01", 3600),
            "cancelled_on": f"CASE WHEN n % 20 = 0 THEN {_day('2015-01-01', 1400)} END",
        },
    ),
    "MR-BE": Strangers(
        494_000,
        {
            "firm_no": "'F' || n / 2",
            "firm": "'某企业' || n / 2",
            "firm_kind": _one("n / 2", "company", "individual", "individual", "cooperative"),
            "role": _one("n", "legal_person", "shareholder"),
            "share": "1 + n % 99",
            "state": _one("n", "active", "active", "active", "active", "active", "revoked", "cancelled"),
        },
    ),
    # Employers report everybody whom they pay, most of them without tax: as many as are employed in towns.
    "TX-TX": Strangers(
        2_500_000,
        {
            "tax_year": "2018",
            "unit": "'单位' || n % 50000",
            "amount": "CASE WHEN n % 4 = 0 THEN n % 3000 ELSE 0 END",
        },
    ),
    # Those of the one league that sends it: a tenth of the region's two and a half million.
    "HF-GJ": Strangers(
        250_000,
        {
            "unit": "'单位' || n % 5000",
            "state": _one("n", "normal", "normal", "normal", "normal", "sealed", "closed"),
            "amount": "200 + n % 2000",
            "last_paid_on": _day("2018-01-01", 360),
        },
    ),
    # Two million who draw the residents' pension, and as many of employees and the public service.
    "HR-PE": Strangers(
        4_000_000,
        {
            "scheme": _one("n", "resident", "resident", "employee", "employee", "public"),
            "amount": "128 + n % 4000",
            "from_on": _day("2000-01-01", 6500),
        },
    ),
    "ED-XJ": Strangers(
        750_000,
        {
            "school_year": "2018",
            "stage": _one("n", "03", "03", "03", "04", "05", "06", "07"),
            "school": "'某学校' || n % 3000",
            "state": "CASE WHEN n % 100 = 0 THEN 'left' ELSE 'enrolled' END",
        },
    ),
    # Some twenty-one million are insured; a quarter is enough to be searched, and all would take the disk of two more
    # household registers.
    "HS-MI": Strangers(
        5_000_000,
        {
            "year": "2018",
            "scheme": _one("n", "resident", "resident", "resident", "employee"),
            "out_of_pocket": "n % 5000",
            "reimbursed": "n % 9000",
        },
    ),
    # The system follows the poor: those who have left the register, and the needy beside it.
    "HS-CH": Strangers(
        150_000,
        {
            "kind": _one("n", "02", "02", "03"),
            "diagnosed_on": _day("2010-01-01", 3200),
            "ended_on": f"CASE WHEN n % 10 = 0 THEN {_day('2018-01-01', 360)} END",
            "contracted_on": _day("2017-01-01", 700),
            "treated_on": _day("2018-01-01", 360),
        },
    ),
    # Some 120 in 100,000, as in the whole country.
    "JU-PR": Strangers(
        30_000,
        {"from_on": _day("2010-01-01", 3200), "to_on": _day("2016-01-01", 4000)},
    ),
}


def enlarge(bench: Bench) -> None:
    """Bring the version in force of each data set that was sent to its full size; what is there already stays."""
    with scopes.acting(bench.system, source="system"):
        versions = in_force(today(), STRANGERS)
    admin = bench.admin()
    for dataset, found in versions.items():
        if found:
            started = time.perf_counter()
            if added := _add(admin, dataset, found[0], STRANGERS[dataset].count // bench.scale):
                seconds = time.perf_counter() - started
                bench.report.say(f"departments {dataset}", seconds, "s", note=f"{added:,} rows of strangers added")
    total = admin.execute(
        "SELECT sum(rows) FROM datasets_datasetversion WHERE id = ANY (%s)",
        [[one.pk for found in versions.values() for one in found]],
    ).fetchone()
    bench.report.say("departments in force", float(total[0] if total else 0), "rows")


def _add(opened: Connection, dataset: str, version: InForce, count: int) -> int:
    """Add strangers to a version, all or none; how many there were to add.

    The moment of receipt moves with them: by it a snapshot tells a version from what it was before.
    """
    table = tables()[dataset]._meta.db_table
    first = KEY.replace("n)", "1)")
    known = f"SELECT FROM {table} WHERE version_id = {version.pk} AND key = {first}"
    if not count or opened.execute(known).fetchone() is not None:
        return 0
    columns = STRANGERS[dataset].columns
    with opened.transaction():
        with _without_indexes(opened, table):
            opened.execute(
                f"INSERT INTO {table} (version_id, division_id, row_no, key, name, {', '.join(columns)}) "
                f"SELECT {version.pk}, {version.division}, {version.rows} + n, {KEY}, {NAME}, "
                f"{', '.join(columns.values())} FROM generate_series(1, {count}) AS n, "
                "(SELECT array_agg(code ORDER BY code) AS villages FROM divisions_division WHERE level = 5)"
            )
        opened.execute(
            "UPDATE datasets_datasetversion SET rows = rows + %s, received_at = now() WHERE id = %s",
            [count, version.pk],
        )
        opened.execute(
            "UPDATE datasets_delivery SET rows = rows + %s, accepted = accepted + %s WHERE version_id = %s",
            [count, count, version.pk],
        )
        opened.execute(f"ANALYZE {table}")
    opened.execute(f"VACUUM {table}")
    return count


@contextmanager
def _without_indexes(opened: Connection, table: str) -> Iterator[None]:
    """Indexes and foreign keys away while a table is filled, and back as they were: sorting once is much faster than
    finding every row's place. In the caller's transaction, so that nobody ever sees the table without them."""
    constraints = opened.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('u', 'f') ORDER BY conname",
        [table],
    ).fetchall()
    indexes = opened.execute(
        "SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) "
        "ORDER BY relname",
        [table],
    ).fetchall()
    here = sql.Identifier(table)
    for name, _definition in constraints:
        opened.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(here, sql.Identifier(name)))
    for name, _definition in indexes:
        opened.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _name, definition in indexes:
        opened.execute(definition)
    for name, definition in constraints:
        adding = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(here, sql.Identifier(name))
        opened.execute(adding + sql.SQL(definition))
