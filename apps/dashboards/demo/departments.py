"""What the departments of the demonstration sent: most rows agree with the register, a few contradict it on purpose.

Rows are made in the database out of the register itself (`sql/departments.sql`), at every scale by the same
statements. Whom a contradiction is about is drawn by a hash of the person's code; nobody carries two, so that each is
found for itself. Some data sets are not sent at all and one by a single league only: a rule without its data reads
*not run*.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.comparisons import PLANTS, each
from apps.dashboards.demo.records import Truth
from apps.datasets.models import DatasetVersion, Delivery, tables
from apps.datasets.services.freshness import index_key
from apps.divisions import codes
from apps.households.models import REGISTERED

SUPPLIERS = {"HF-GJ": 150_400_000_000}
"""Who supplies a data set, where it is not the region."""
ROWS = Path(__file__).with_name("sql") / "departments.sql"
_HEADING = re.compile(r"^-- ([A-Z]{2}-[A-Z]{2}): (.+)$", re.MULTILINE)


_PEOPLE = """
CREATE TEMPORARY TABLE demo_people ON COMMIT DROP AS
SELECT person.id, person.code, person.household_id, household.code AS household_code, person.division_id,
       person.id_no_index AS key, person.name, person.relation, person.birth_date, person.disability_grade,
       person.disability_no IS NOT NULL AS certified, facts.dibao, facts.tekun, facts.medical_resident, facts.health,
       facts.school_stage, household.status = ANY (%s) AS tested,
       -- Of school age on 31 August, and some day of the year by the person's number.
       person.birth_date BETWEEN '2002-09-01' AND '2012-08-31' AS of_age,
       date '2018-02-01' + get_byte(person.id_no_index, 3) AS a_day,
       count(*) FILTER (WHERE person.relation = '01') OVER (PARTITION BY person.household_id) AS heads,
       person.id_sex, person.sex, person.id_sex IS NOT NULL AS usable
FROM households_person person JOIN households_household household ON household.id = person.household_id
LEFT JOIN households_personyear facts ON facts.person_id = person.id AND facts.year = %s
WHERE person.is_active;
CREATE TEMPORARY TABLE demo_planted (rule text, kind text, id bigint PRIMARY KEY) ON COMMIT DROP;
ANALYZE demo_people"""

_DRAW = """
INSERT INTO demo_planted
SELECT %s, %s, id FROM demo_people
WHERE tested AND usable AND key IS NOT NULL AND ({about}) AND id NOT IN (SELECT id FROM demo_planted)
ORDER BY md5(code || %s || %s) LIMIT %s"""

# The names that the statements of the file speak of.
_NAMES = """
CREATE TEMPORARY VIEW people AS
SELECT one.*, coalesce(rule, '') AS rule, coalesce(kind, '') AS kind,
       trim(coalesce(rule, '') || ' ' || coalesce(kind, '')) AS carries
FROM demo_people one LEFT JOIN demo_planted USING (id) WHERE usable AND key IS NOT NULL;
CREATE TEMPORARY VIEW strangers AS
SELECT sha256(('stranger' || number)::bytea) AS key, number,
       (ARRAY['王强', '李娜', '包青山', '张伟', '白玉兰', '赵敏', '乌云', '刘洋'])[1 + number % 8] AS name
FROM generate_series(1, 400) AS number;
CREATE TEMPORARY VIEW nameless AS
SELECT code, name, sex, birth_date, division_id, sha256(code::bytea) AS drawn FROM demo_people
WHERE (key IS NULL OR NOT usable) AND birth_date IS NOT NULL AND sex IS NOT NULL"""


def deliver_departments(bulk: Bulk, by: User, scale: int) -> list[Truth]:
    """Put the departments' data in force at the reference date; the contradictions that were planted among them, as
    many of each kind as 1 in `scale` asks for.

    In the caller's transaction and scope, which reaches the whole register and all data sets.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [list(REGISTERED), figures.YEAR])
        count = each(scale)
        for plant in PLANTS:
            words = [plant.rule, plant.kind]
            cursor.execute(_DRAW.format(about=plant.about), [*words, *words, count])
        cursor.execute("ANALYZE demo_planted")
        cursor.execute(_NAMES)
        # A heading's code and columns, then its rows, and so on.
        _about, *parts = _HEADING.split(ROWS.read_text(encoding="utf-8"))
        for dataset, columns, rows in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            deliver(dataset, columns, rows, bulk, by, SUPPLIERS.get(dataset, codes.WHOLE_REGION))
        cursor.execute("DROP VIEW people, strangers, nameless")
        return list(_planted())


def deliver(dataset: str, columns: str, rows: str, bulk: Bulk, by: User, place: int) -> None:
    """One data set of a supplier as a version in force, with the delivery that it came by; `rows` is a query for key,
    name and the columns."""
    table = tables()[dataset]._meta.db_table
    received = timezone.make_aware(datetime.datetime.combine(figures.REFERENCE, datetime.time(18)))
    version = DatasetVersion.objects.create(
        dataset=dataset, division_id=place, as_of=figures.REFERENCE, index_key=index_key()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (version_id, division_id, row_no, key, name, {columns})"  # noqa: S608
            f" SELECT {version.pk}, {place}, row_number() OVER (), * FROM ({rows}) AS sent"
        )
        version.rows = cursor.rowcount
    bulk.rows[table] += version.rows
    version.state, version.received_at = DatasetVersion.State.ACCEPTED, received
    version.years = [figures.YEAR] if "year" in columns.split(", ") else []
    version.save()
    Delivery.objects.create(
        dataset=dataset,
        division_id=place,
        period=figures.REFERENCE,
        version=version,
        by=by,
        by_name=str(by),
        source="command",
        state=Delivery.State.ACCEPTED,
        rows=version.rows,
        accepted=version.rows,
        finished_at=received,
    )


def _planted() -> Iterator[Truth]:
    """The contradictions as the night must find them."""
    why = {(plant.rule, plant.kind): plant.why for plant in PLANTS}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rule, kind, household_code, code, division_id"
            " FROM demo_planted JOIN demo_people USING (id) ORDER BY rule, code"
        )
        for rule, kind, household, person, division in cursor.fetchall():
            of_household = rule == "DC-26"
            yield Truth(
                rule=rule,
                object_kind="household" if of_household else "person",
                household_code=household,
                person_code=None if of_household else person,
                division=str(division),
                why=why[rule, kind],
            )
