"""What of a file is in the register already, and what may not enter it: joins over the temporary tables.

A number taken elsewhere must be noticed wherever that is, so the look-ups of numbers act with the system account's
regional scope, like the registration conflict itself (`services.conflicts`). They bring back only which rows of the
file are refused; a place is named to nobody who cannot see it.
"""

# ruff: noqa: S608  # names of tables and columns are the program's own; values are parameters

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access import scope as scopes
from apps.accounts.services import system_account
from apps.common.sealing import unseal
from apps.divisions.models import Division
from apps.households.imports.columns import BY_WORKFLOW, MODELS
from apps.households.imports.tables import (
    HOUSEHOLD,
    MEMBER,
    NOTE,
    PERSON,
    PROBLEM,
    UNIT,
    Columns,
    analyze,
    execute,
    fetch,
)

TAKEN = gettext_lazy("不能登记，请联系上级核实（ID-03）。")
# A household refused for that already needs no further reason, and is no conflict of two registrations.
_NOT_YET = f"NOT EXISTS (SELECT FROM {PROBLEM} e WHERE e.seq = u.seq AND e.code = '{{}}')"
# Persons with what is known of them and of their household.
MEMBERS = f"FROM {MEMBER} m JOIN {PERSON} p USING (row) JOIN {UNIT} u ON u.seq = m.seq"
UNITS = f"FROM {UNIT} u JOIN {HOUSEHOLD} s USING (seq)"

Conflict = tuple[bytes, int]


def match(columns: Columns, year: int, scope: scopes.Scope) -> list[Conflict]:
    """Find each household and person in the register, refuse what collides, and set every household's outcome.

    Returns the registration conflicts met: blind index of the number, village that was refused.
    """
    with scopes.acting(system_account(), source="system"):
        _find_households(year, scope)
        _find_persons()
        conflicts = _numbers_elsewhere()
    _refuse_second_heads()
    _mark_renumbered(columns)
    decide(columns, year)
    return conflicts


def _problem(select: str, header: str, message: str, code: str, params: Sequence[object] = ()) -> None:
    """Refuse the (seq, row) that a query gives."""
    execute(
        f"INSERT INTO {PROBLEM} (seq, row, field, code, message) SELECT found.seq, found.row, %s, %s, %s "
        f"FROM ({select}) AS found (seq, row)",
        [header, code, message, *params],
    )


def _find_households(year: int, scope: scopes.Scope) -> None:
    execute(
        f"INSERT INTO {UNIT} (seq, village, target, past) SELECT s.seq, s.village, h.id, EXISTS "
        f"(SELECT FROM households_householdyear y WHERE y.household_id = h.id AND y.year > %s) FROM {HOUSEHOLD} s "
        "LEFT JOIN households_household h ON h.national_no = s.national_no AND h.division_id = s.village",
        [year],
    )
    execute(f"CREATE INDEX ON {UNIT} (seq)")
    analyze(UNIT)
    elsewhere = fetch(
        f"SELECT u.seq, s.first_row, h.division_id {UNITS} JOIN households_household h USING (national_no) "
        "WHERE u.target IS NULL AND u.village IS NOT NULL"
    )
    if not elsewhere:
        return
    names = dict(Division.objects.filter(code__in={row[2] for row in elsewhere}).values_list("code", "short_name"))
    for seq, row, division in elsewhere:
        message = _("不能使用，请联系上级核实。")
        if scope.allows("view_register", division):
            message = _("这一户登记在%(village)s，与文件不同；迁移请通过工作流程办理。") % {"village": names[division]}
        execute(
            f"INSERT INTO {PROBLEM} (seq, row, field, code, message) VALUES (%s, %s, '户编号', 'elsewhere', %s)",
            [seq, row, message],
        )


def _find_persons() -> None:
    execute(
        f"INSERT INTO {MEMBER} (row, seq, target, gone) SELECT p.row, p.seq, q.id, coalesce(NOT q.is_active, false) "
        f"FROM {PERSON} p JOIN {UNIT} u USING (seq) LEFT JOIN households_person q "
        "ON q.national_no = p.national_no AND q.household_id = u.target"
    )
    # Entered by hand before the national system gave a number: known by the number of the document.
    execute(
        f"UPDATE {MEMBER} m SET target = q.id FROM {PERSON} p, {UNIT} u, households_person q WHERE p.row = m.row "
        "AND u.seq = m.seq AND u.target IS NOT NULL AND m.target IS NULL AND q.household_id = u.target "
        "AND q.national_no IS NULL AND q.is_active AND q.id_no_index = p.id_no_index"
    )
    execute(f"CREATE INDEX ON {MEMBER} (seq)")
    analyze(MEMBER)
    _problem(
        f"SELECT m.seq, m.row {MEMBERS} JOIN households_person q USING (national_no) WHERE m.target IS NULL "
        f"AND {_NOT_YET.format('elsewhere')}",
        "人编号",
        _("不能使用，请联系上级核实。"),
        "elsewhere",
    )


def _numbers_elsewhere() -> list[Conflict]:
    """Numbers active in the register that are not this person's own. Two rows of one file are no conflict."""
    taken = (
        f"{MEMBERS} JOIN households_person q ON q.id_no_index = p.id_no_index AND q.is_active "
        "AND q.id IS DISTINCT FROM m.target WHERE NOT m.gone "
        f"AND {_NOT_YET.format('ID-03')} AND {_NOT_YET.format('elsewhere')}"
    )
    another = "u.village IS NOT NULL AND q.household_id IS DISTINCT FROM u.target"
    conflicts = fetch(f"SELECT p.id_no_index, u.village {taken} AND {another}")
    _problem(f"SELECT m.seq, m.row {taken}", "证件号码", str(TAKEN), "ID-03")
    return [(bytes(index), village) for index, village in conflicts]


def _refuse_second_heads() -> None:
    """HH-02: two heads in the file, or one there and another who stays in the register."""
    heads = f"SELECT m.seq, min(m.row) {MEMBERS}"
    for select in (
        f"{heads} WHERE p.relation = '01' AND NOT m.gone GROUP BY m.seq HAVING count(*) > 1",
        f"{heads} JOIN households_person q ON q.household_id = u.target AND q.is_active AND q.relation = '01' "
        "WHERE p.relation = '01' AND NOT m.gone AND NOT u.past "
        f"AND NOT EXISTS (SELECT FROM {MEMBER} o WHERE o.seq = u.seq AND o.target = q.id) GROUP BY m.seq",
    ):
        _problem(select, "与户主关系", _("户内有多个户主（HH-02）。"), "HH-02")


def _mark_renumbered(columns: Columns) -> None:
    """Whose numbers change. An empty number in the file takes none away."""
    certificates = "disability_no" in {field.name for field in columns.person}
    differs = "p.id_no_index IS NOT NULL AND (p.id_no_index, p.id_length) IS DISTINCT FROM (q.id_no_index, q.id_length)"
    if certificates:
        differs += " OR (p.disability_no IS NULL) <> (q.disability_no IS NULL)"
    execute(
        f"UPDATE {MEMBER} m SET renumbered = true FROM {PERSON} p, households_person q "
        f"WHERE p.row = m.row AND q.id = m.target AND NOT m.gone AND ({differs})"
    )
    # What an index does not tell apart is compared in the clear: certificates, and documents longer than the index.
    rows: set[int] = set()
    for kind, column, condition in (
        ("disability", "disability_no", "true"),
        ("citizen", "id_no", "p.id_length > 18"),
    ):
        if column == "disability_no" and not certificates:
            continue
        pairs = fetch(
            f"SELECT m.row, p.{column}, q.{column} {MEMBERS} JOIN households_person q ON q.id = m.target "
            f"WHERE NOT m.gone AND NOT m.renumbered AND p.{column} IS NOT NULL AND q.{column} IS NOT NULL "
            f"AND {condition}"
        )
        rows |= {row for row, mine, theirs in pairs if unseal(kind, mine) != unseal(kind, theirs)}
    if rows:
        execute(f"UPDATE {MEMBER} SET renumbered = true WHERE row = ANY (%s)", [sorted(rows)])


def compared(columns: Columns, section: str) -> list[str]:
    """The columns of a section whose values are compared with the register's; numbers by their blind index."""
    left_out: tuple[str, ...]
    match section:
        case "household":
            left_out = ("national_no", "phone", "bank_account", "phone_ok", *BY_WORKFLOW)
        case "person":
            left_out = (
                "id_no", "id_no_index", "id_length", "id_check_ok", "id_sex", "id_birth_ok", "id_division_known",
                "disability_no", "disability_no_ok", "disability_grade", "birth_date",
            )  # fmt: skip
        case _:
            left_out = ()
    return columns.written(section, without=left_out)


def row(alias: str, names: Sequence[str]) -> str:
    """A row of columns in SQL."""
    return "(" + ", ".join(f"{alias}.{name}" for name in names) + ")"


def person_differs(alias: str) -> str:
    """SQL condition: a number or the date of birth of a known person differs."""
    return f"(m.renumbered OR coalesce(p.birth_date, {alias}.birth_date) IS DISTINCT FROM {alias}.birth_date)"


def decide(columns: Columns, year: int) -> None:
    """Set the outcome of every household: refused, added, changed or unchanged."""
    execute(
        f"UPDATE {UNIT} u SET outcome = CASE WHEN u.seq IN (SELECT e.seq FROM {PROBLEM} e) THEN 'r' "
        "WHEN u.target IS NULL THEN 'a' ELSE 'u' END"
    )
    names = compared(columns, "household")
    _changed(
        f"{UNITS} JOIN households_household h ON h.id = u.target WHERE u.outcome = 'u' AND NOT u.past "
        f"AND {row('h', names)} IS DISTINCT FROM {row('s', names)}"
    )
    for section in ("year", "income"):
        if names := compared(columns, section):
            _changed(
                f"{UNITS} LEFT JOIN {MODELS[section]._meta.db_table} t ON t.household_id = u.target "
                f"AND t.year = {year:d} WHERE u.outcome = 'u' "
                f"AND (t.id IS NULL OR {row('t', names)} IS DISTINCT FROM {row('s', names)})"
            )
    names = compared(columns, "person")
    _changed(
        f"{MEMBERS} LEFT JOIN households_person q ON q.id = m.target WHERE u.outcome = 'u' AND NOT u.past "
        f"AND NOT m.gone AND (m.target IS NULL OR {person_differs('q')} "
        f"OR {row('q', names)} IS DISTINCT FROM {row('p', names)})"
    )
    names = compared(columns, "person_year")
    _changed(
        f"{MEMBERS} LEFT JOIN households_personyear t ON t.person_id = m.target AND t.year = {year:d} "
        "WHERE u.outcome = 'u' AND NOT m.gone AND m.target IS NOT NULL "
        f"AND (t.id IS NULL OR {row('t', names)} IS DISTINCT FROM {row('p', names)})"
    )
    analyze(UNIT, MEMBER)


def _changed(source: str) -> None:
    execute(f"UPDATE {UNIT} SET outcome = 'c' WHERE seq IN (SELECT u.seq {source})")


def note_what_is_left_alone(year: int) -> None:
    """Report what differs from the register and is not for an import to change."""
    execute(f"TRUNCATE {NOTE}")
    _note(
        f"SELECT u.seq, q.name FROM {UNIT} u JOIN households_person q ON q.household_id = u.target "
        "AND q.is_active WHERE u.outcome IN ('c', 'u') AND NOT u.past "
        f"AND NOT EXISTS (SELECT FROM {MEMBER} m WHERE m.seq = u.seq AND m.target = q.id)",
        _("在册成员“%s”不在文件中，未作更改；减员请办理自然变更。"),
    )
    _note(
        f"SELECT u.seq, p.name {MEMBERS} WHERE m.gone AND u.outcome IN ('c', 'u')",
        _("“%s”已不在册，未作更改；增员请办理自然变更。"),
    )
    _note(
        f"SELECT u.seq, %s FROM {UNIT} u WHERE u.past AND u.outcome IN ('c', 'u')",
        _("文件早于已登记的年度，只写入%s年度的情况，户和人的现状不变。"),
        [str(year)],
    )


def _note(select: str, message: str, params: Sequence[object] = ()) -> None:
    execute(
        f"INSERT INTO {NOTE} (seq, message) SELECT found.seq, replace(%s, '%%s', found.what) "
        f"FROM ({select}) AS found (seq, what)",
        [message, *params],
    )
