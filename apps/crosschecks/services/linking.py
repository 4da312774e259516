"""Finding candidates: persons whose number cannot be looked for, against records of the household register.

Set-based: the few persons without a usable number are read first, then the records that share a name or a birth date
with one of them in his county, in one pass. Splink weighs the pairs in DuckDB, in memory and in parts; what comes of
it is written as candidates. A second search over the same data changes nothing.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.days import today
from apps.crosschecks import linkage
from apps.crosschecks.models import CandidateState, LinkCandidate
from apps.crosschecks.rules.conditions import IsAnyOf
from apps.crosschecks.rules.context import Context
from apps.crosschecks.rules.matching import folded
from apps.datasets.services.freshness import in_force
from apps.households.models import REGISTERED, Person

logger = logging.getLogger(__name__)

DATASET = "PS-HK"
# Persons weighed at a time: what DuckDB holds of them and their pairs stays well below its limit.
BATCH = 5_000
READ = 20_000
LIMITS = {"threads": "2", "memory_limit": "1GB", "temp_directory": ""}
"""Two threads, and nothing is ever written to a disk."""
LOCK = 0x6C696E6B


@dataclass(frozen=True)
class Pair:
    """A person and a record that are probably the same, with what proves it."""

    person: int
    record: int
    score: Decimal
    explanation: list[dict[str, Any]]


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    persons: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0


def find_candidates(on: datetime.date | None = None) -> Found | None:
    """Search as of a day (today), in the system account's scope. None while another search is under way."""
    with scopes.acting(system_account(), source="task"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return None
        on = on or today()
        context = Context.at(on, versions=in_force(on, [DATASET]))
        persons = list(unnumbered(context).values_list("pk", *_COMPARED).iterator(READ))
        pairs = list(weigh(persons, records(context, persons))) if persons else []
        found = write(context, pairs)
        logger.info("%s persons without a usable number: %s", len(persons), found)
        return Found(len(persons), *found)


# --- Who is compared ----------------------------------------------------------------------------------------------

_COMPARED = ("folded", "birth_date", "sex", "division_id")


def unnumbered(context: Context) -> QuerySet[Person]:
    """Active members of registered households whose number is none, or wrong and met by no record; not those of whom
    somebody has said already which record is theirs."""
    number_wrong = Q(id_no_index=None) | Q(id_sex=None) | Q(id_check_ok=None) | Q(id_check_ok=False)
    answered = LinkCandidate.objects.filter(person=OuterRef("pk"), state=CandidateState.SAME)
    return (
        Person.objects.filter(number_wrong, is_active=True, household__status__in=REGISTERED)
        .filter(~Exists(context.department_rows(DATASET)), ~Exists(answered))
        .annotate(folded=folded(F("name")))
        .order_by("division_id", "pk")
    )


def records(context: Context, persons: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The records in force that share a name or a birth date with one of these persons in his county, each number
    once and none that a registered person has. One pass over the data set."""
    names = sorted({f"{place // 10**6}:{name}" for _pk, name, _born, _sex, place in persons})
    births = sorted({f"{place // 10**6}:{born:%Y%m%d}" for _pk, _name, born, _sex, place in persons if born})
    texts = ArrayField(CharField())
    county = Cast(F("registered_at") / 10**6, CharField())
    day = Func(F("born_on"), Value("YYYYMMDD"), function="to_char", output_field=CharField())
    rows = (
        context.department(DATASET)
        .annotate(folded=folded(F("name")))
        .annotate(named=Concat(county, Value(":"), "folded"), born=Concat(county, Value(":"), day))
        .filter(IsAnyOf(F("named"), Value(names, texts)) | IsAnyOf(F("born"), Value(births, texts)))
        .filter(~Exists(Person.objects.filter(is_active=True, id_no_index=OuterRef("key"))))
        .order_by("key", *context.preference(DATASET))
        .distinct("key")
    )
    return iter(rows.values_list("pk", "folded", "born_on", "sex", "registered_at").iterator(READ))


# --- Weighing -----------------------------------------------------------------------------------------------------


def weigh(persons: Sequence[tuple[Any, ...]], found: Iterable[tuple[Any, ...]]) -> Iterator[Pair]:
    """The pairs that are probable enough, of each person the most probable ones. Rows are (key, folded name, birth
    date, sex, place)."""
    # More than a second and fifty megabytes, which only the night needs.
    import duckdb  # noqa: PLC0415

    with duckdb.connect(":memory:", config=dict(LIMITS)) as database:
        _load(database, "records", found)
        for start in range(0, len(persons), BATCH):
            _load(database, "persons", persons[start : start + BATCH])
            yield from _pairs(database)
            database.execute("DROP TABLE persons")


def _load(database: Any, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows as a table of DuckDB, a chunk at a time."""
    import pyarrow  # noqa: PLC0415

    text, number = pyarrow.string(), pyarrow.int64()
    kinds = {"id": number, "name": text, "born_on": pyarrow.date32(), "sex": text, "place": number}
    schema = pyarrow.schema(list(kinds.items()))
    database.execute(
        f"CREATE TABLE {name} (id BIGINT, name VARCHAR, born_on DATE, sex VARCHAR, place BIGINT,"
        " county BIGINT AS (place // 1000000),"
        # A record may be placed at a county or township only: then what is below is not known.
        " township BIGINT AS (CASE WHEN place // 1000 % 1000 > 0 THEN place // 1000 END),"
        " village BIGINT AS (CASE WHEN place % 1000 > 0 THEN place END))"
    )
    rows = iter(rows)
    while chunk := list(islice(rows, READ)):
        arrays = [
            pyarrow.array(values, kind) for values, kind in zip(zip(*chunk, strict=True), schema.types, strict=True)
        ]
        database.register("chunk", pyarrow.Table.from_arrays(arrays, schema=schema))
        database.execute(f"INSERT INTO {name} (id, name, born_on, sex, place) SELECT * FROM chunk")  # noqa: S608
        database.unregister("chunk")


def _pairs(database: Any) -> Iterator[Pair]:
    from splink import DuckDBAPI, Linker  # noqa: PLC0415

    api = DuckDBAPI(database)
    # The side whose name comes first in the alphabet is `_l`.
    sides = [api.register(name, dataset_display_name=f"of_{name}") for name in ("persons", "records")]
    linker = Linker(sides, linkage.settings(), log_level=logging.WARNING)
    scored = linker.inference.predict(threshold_match_probability=linkage.THRESHOLD)
    names = [one.name for one in linkage.COMPARISONS]
    gammas = ", ".join(f"gamma_{name}" for name in names)
    database.execute(
        f"SELECT id_l, id_r, match_probability, {gammas} FROM {scored.physical_name}"  # noqa: S608
        f" WHERE {linkage.agreeing()}"
        f" QUALIFY row_number() OVER (PARTITION BY id_l ORDER BY match_weight DESC, id_r) <= {linkage.MOST}"
        " ORDER BY id_l, id_r"
    )
    rows = database.fetchall()
    api.delete_tables_created_by_splink_from_db()
    for person, record, score, *levels in rows:
        explained = linkage.explanation(dict(zip(names, levels, strict=True)))
        yield Pair(person, record, Decimal(str(round(min(score, linkage.CERTAIN), 4))), explained)


# --- Writing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def write(context: Context, pairs: Sequence[Pair]) -> tuple[int, int, int]:
    """Bring the open candidates to these pairs: how many were added, changed and withdrawn. Decided ones stay as they
    are. Locks the open ones, so that nobody's decision is taken back meanwhile."""
    rows = context.department(DATASET).in_bulk([pair.record for pair in pairs])
    persons = Person.objects.in_bulk([pair.person for pair in pairs])
    keys = {(pair.person, bytes(rows[pair.record].key)) for pair in pairs}
    standing = {
        (one.person_id, bytes(one.key)): one
        for one in LinkCandidate.objects.select_for_update(of=("self",)).filter(state=CandidateState.OPEN)
    }
    decided = _decided(persons)
    added, changed = [], 0
    for pair in pairs:
        row = rows[pair.record]
        name = pair.person, bytes(row.key)
        values = _values(row, pair)
        if name in decided or (pair.person, *_said(values)) in decided:
            continue
        if one := standing.get(name):
            if any(getattr(one, field) != value for field, value in values.items()):
                for field, value in values.items():
                    setattr(one, field, value)
                one.save()
                changed += 1
            continue
        person = persons[pair.person]
        added.append(
            LinkCandidate(
                person=person,
                household_id=person.household_id,
                division_id=person.division_id,
                dataset=DATASET,
                key=row.key,
                found_on=context.date,
                **values,
            )
        )
    LinkCandidate.objects.bulk_create(added, batch_size=1000)
    gone = [one.pk for name, one in standing.items() if name not in keys]
    withdrawn, _by_model = LinkCandidate.objects.filter(pk__in=gone).delete()
    return len(added), changed, withdrawn


def _decided(persons: Iterable[int]) -> set[tuple[Any, ...]]:
    """What was decided of these persons: by the record's key, and by what it says, because after a new index key the
    same record comes under another one."""
    rows = LinkCandidate.objects.exclude(state=CandidateState.OPEN).filter(person__in=list(persons))
    found = list(rows.values("person_id", "key", *_SAYS))
    return {(one["person_id"], bytes(one["key"])) for one in found} | {(one["person_id"], *_said(one)) for one in found}


_SAYS = ("name_there", "born_there", "sex_there", "place_there")


def _said(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(values[name] for name in _SAYS)


def _values(row: Any, pair: Pair) -> Mapping[str, Any]:
    """What a candidate holds of a record and of the comparison."""
    return {
        "name_there": row.name,
        "born_there": row.born_on,
        "sex_there": row.sex,
        "place_there": row.registered_at,
        "cancelled_on": row.cancelled_on,
        "score": pair.score,
        "explanation": pair.explanation,
    }
