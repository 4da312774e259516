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
from apps.households.imports.columns import BY_WORKFLOW
from apps.households.imports.tables import HOUSEHOLD, NOTE, PERSON, PROBLEM, Columns, execute, fetch

TAKEN = gettext_lazy("不能登记，请联系上级核实（ID-03）。")

# A household refused for that already needs no further reason, and is no conflict of two registrations.
_NOT_YET = f"NOT EXISTS (SELECT FROM {PROBLEM} e WHERE e.seq = p.seq AND e.code = '{{}}')"

Conflict = tuple[bytes, int]


def match(columns: Columns, year: int, scope: scopes.Scope) -> list[Conflict]:
    """Find each household and person in the register, refuse what collides, and set every household's outcome.

    Returns the registration conflicts met: blind index of the number, village that was refused.
    """
    with scopes.acting(system_account(), source="system"):
        _find_households(scope)
        _find_persons()
        conflicts = _numbers_elsewhere()
    execute(
        f"UPDATE {HOUSEHOLD} s SET past = true FROM households_householdyear y "
        "WHERE y.household_id = s.target AND y.year > %s",
        [year],
    )
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


def _find_households(scope: scopes.Scope) -> None:
    execute(
        f"UPDATE {HOUSEHOLD} s SET target = h.id FROM households_household h "
        "WHERE h.national_no = s.national_no AND h.division_id = s.village"
    )
    elsewhere = fetch(
        f"SELECT s.seq, s.first_row, h.division_id FROM {HOUSEHOLD} s "
        "JOIN households_household h USING (national_no) WHERE s.target IS NULL AND s.village IS NOT NULL"
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
        f"UPDATE {PERSON} p SET target = q.id, gone = NOT q.is_active FROM {HOUSEHOLD} s, households_person q "
        "WHERE s.seq = p.seq AND q.national_no = p.national_no AND q.household_id = s.target"
    )
    # Entered by hand before the national system gave a number: known by the number of the document.
    execute(
        f"UPDATE {PERSON} p SET target = q.id FROM {HOUSEHOLD} s, households_person q WHERE s.seq = p.seq "
        "AND p.target IS NULL AND q.household_id = s.target AND q.national_no IS NULL AND q.is_active "
        "AND q.id_no_index = p.id_no_index"
    )
    _problem(
        f"SELECT p.seq, p.row FROM {PERSON} p JOIN households_person q USING (national_no) WHERE p.target IS NULL "
        f"AND {_NOT_YET.format('elsewhere')}",
        "人编号",
        _("不能使用，请联系上级核实。"),
        "elsewhere",
    )


def _numbers_elsewhere() -> list[Conflict]:
    """Numbers active in the register that are not this person's own. Two rows of one file are no conflict."""
    taken = (
        f"FROM {PERSON} p JOIN {HOUSEHOLD} s USING (seq) JOIN households_person q ON q.id_no_index = p.id_no_index "
        "AND q.is_active AND q.id IS DISTINCT FROM p.target WHERE NOT p.gone "
        f"AND {_NOT_YET.format('ID-03')} AND {_NOT_YET.format('elsewhere')}"
    )
    another = "s.village IS NOT NULL AND q.household_id IS DISTINCT FROM s.target"
    conflicts = fetch(f"SELECT p.id_no_index, s.village {taken} AND {another}")
    _problem(f"SELECT p.seq, p.row {taken}", "证件号码", str(TAKEN), "ID-03")
    return [(bytes(index), village) for index, village in conflicts]


def _refuse_second_heads() -> None:
    """HH-02: two heads in the file, or one there and another who stays in the register."""
    heads = f"SELECT p.seq, min(p.row) FROM {PERSON} p"
    for select in (
        f"{heads} WHERE p.relation = '01' AND NOT p.gone GROUP BY p.seq HAVING count(*) > 1",
        f"{heads} JOIN {HOUSEHOLD} s USING (seq) JOIN households_person q ON q.household_id = s.target AND q.is_active "
        "AND q.relation = '01' WHERE p.relation = '01' AND NOT p.gone AND NOT s.past "
        f"AND NOT EXISTS (SELECT FROM {PERSON} o WHERE o.seq = s.seq AND o.target = q.id) GROUP BY p.seq",
    ):
        _problem(select, "与户主关系", _("户内有多个户主（HH-02）。"), "HH-02")


def _mark_renumbered(columns: Columns) -> None:
    """Whose numbers change. An empty number in the file takes none away."""
    certificates = "disability_no" in {field.name for field in columns.person}
    differs = "p.id_no_index IS NOT NULL AND (p.id_no_index, p.id_length) IS DISTINCT FROM (q.id_no_index, q.id_length)"
    if certificates:
        differs += " OR (p.disability_no IS NULL) <> (q.disability_no IS NULL)"
    execute(
        f"UPDATE {PERSON} p SET renumbered = true FROM households_person q "
        f"WHERE q.id = p.target AND NOT p.gone AND ({differs})"
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
            f"SELECT p.row, p.{column}, q.{column} FROM {PERSON} p JOIN households_person q ON q.id = p.target "
            f"WHERE NOT p.gone AND NOT p.renumbered AND p.{column} IS NOT NULL AND q.{column} IS NOT NULL "
            f"AND {condition}"
        )
        rows |= {row for row, mine, theirs in pairs if unseal(kind, mine) != unseal(kind, theirs)}
    if rows:
        execute(f"UPDATE {PERSON} SET renumbered = true WHERE row = ANY (%s)", [sorted(rows)])


def compared(columns: Columns, section: str) -> list[str]:
    """The columns of a section whose values are compared with the register's; numbers by their blind index."""
    match section:
        case "household":
            left_out = ("national_no", "phone", "bank_account", "phone_ok", *BY_WORKFLOW)
        case "person":
            left_out = (
                "id_no", "id_no_index", "id_length", "id_check_ok", "id_sex", "id_birth_ok", "id_division_known",
                "disability_no", "disability_no_ok", "birth_date",
            )  # fmt: skip
        case _:
            left_out = ()
    return columns.written(section, without=left_out)


def row(alias: str, names: Sequence[str]) -> str:
    """A row of columns in SQL."""
    return "(" + ", ".join(f"{alias}.{name}" for name in names) + ")"


PERSON_DIFFERS = "(p.renumbered OR coalesce(p.birth_date, q.birth_date) IS DISTINCT FROM q.birth_date)"


def decide(columns: Columns, year: int) -> None:
    """Set the outcome of every household: refused, added, changed or unchanged."""
    execute(
        f"UPDATE {HOUSEHOLD} s SET outcome = CASE WHEN EXISTS (SELECT FROM {PROBLEM} e WHERE e.seq = s.seq) THEN 'r' "
        "WHEN s.target IS NULL THEN 'a' ELSE 'u' END"
    )
    names = compared(columns, "household")
    changed = f"UPDATE {HOUSEHOLD} s SET outcome = 'c'"
    execute(
        f"{changed} FROM households_household h WHERE h.id = s.target AND s.outcome = 'u' AND NOT s.past "
        f"AND {row('h', names)} IS DISTINCT FROM {row('s', names)}"
    )
    for section, table in (("year", "households_householdyear"), ("income", "households_householdincome")):
        if names := compared(columns, section):
            execute(
                f"{changed} WHERE s.outcome = 'u' AND NOT EXISTS (SELECT FROM {table} t "
                f"WHERE t.household_id = s.target AND t.year = %s "
                f"AND {row('t', names)} IS NOT DISTINCT FROM {row('s', names)})",
                [year],
            )
    names = compared(columns, "person")
    execute(
        f"{changed} FROM {PERSON} p LEFT JOIN households_person q ON q.id = p.target WHERE p.seq = s.seq "
        "AND s.outcome = 'u' AND NOT s.past AND NOT p.gone "
        f"AND (p.target IS NULL OR {PERSON_DIFFERS} OR {row('q', names)} IS DISTINCT FROM {row('p', names)})"
    )
    names = compared(columns, "person_year")
    execute(
        f"{changed} FROM {PERSON} p WHERE p.seq = s.seq AND s.outcome = 'u' AND NOT p.gone AND p.target IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM households_personyear t WHERE t.person_id = p.target AND t.year = %s "
        f"AND {row('t', names)} IS NOT DISTINCT FROM {row('p', names)})",
        [year],
    )


def note_what_is_left_alone(columns: Columns, year: int) -> None:
    """Report what differs from the register and is not for an import to change."""
    execute(f"TRUNCATE {NOTE}")
    _note(
        f"SELECT s.seq, q.name FROM {HOUSEHOLD} s JOIN households_person q ON q.household_id = s.target "
        "AND q.is_active WHERE s.outcome IN ('c', 'u') AND NOT s.past "
        f"AND NOT EXISTS (SELECT FROM {PERSON} p WHERE p.seq = s.seq AND p.target = q.id)",
        _("在册成员“%s”不在文件中，未作更改；减员请办理自然变更。"),
    )
    _note(
        f"SELECT p.seq, p.name FROM {PERSON} p JOIN {HOUSEHOLD} s USING (seq) WHERE p.gone AND s.outcome IN ('c', 'u')",
        _("“%s”已不在册，未作更改；增员请办理自然变更。"),
    )
    _note(
        f"SELECT s.seq, %s FROM {HOUSEHOLD} s WHERE s.past AND s.outcome IN ('c', 'u')",
        _("文件早于已登记的年度，只写入%s年度的情况，户和人的现状不变。"),
        [str(year)],
    )


def _note(select: str, message: str, params: Sequence[object] = ()) -> None:
    execute(
        f"INSERT INTO {NOTE} (seq, message) SELECT found.seq, replace(%s, '%%s', found.what) "
        f"FROM ({select}) AS found (seq, what)",
        [message, *params],
    )
