"""The seeded register as the flat export of the national system: one row a person, the household's columns repeated."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.contrib.postgres.fields import ArrayField

from apps.common.codes import codelist
from apps.common.sealing import unseal
from apps.divisions import codes
from apps.households.imports.columns import FIELDS, PLACE, Field
from bench.data import Bench

TITLE = "内蒙古自治区建档立卡贫困人口信息（{year}年度）"
ALIASES = {"household": "h", "year": "y", "income": "i", "person": "p", "person_year": "q"}
COLUMNS = tuple(field for field in FIELDS if field.in_template)


def write(bench: Bench) -> tuple[Path, int]:
    """The file of all households with members in their latest year, and its rows; made once per register."""
    path, counted = bench.folder / "register.csv", bench.folder / "register.rows"
    if path.exists() and counted.exists():
        return path, int(counted.read_text())
    draft = path.with_suffix(".draft")
    rows = 0
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="") as file:
        out = csv.writer(file)
        year = latest_year(bench)
        out.writerow([TITLE.format(year=year)])
        out.writerow([field.header for field in COLUMNS])
        for row in flat_rows(bench, year):
            out.writerow(row)
            rows += 1
    draft.replace(path)
    counted.write_text(str(rows))
    return path, rows


def latest_year(bench: Bench) -> int:
    """The latest year that the register has facts of."""
    return int(bench.admin().execute("SELECT max(year) FROM households_personyear").fetchone()[0])  # type: ignore[index]


def flat_rows(bench: Bench, year: int) -> Iterator[list[str]]:
    """The rows in the order of villages and households."""
    plain = [field for field in COLUMNS if field.section != PLACE]
    shows = [show(field) for field in plain]
    places = place_names(bench)
    selected = ", ".join(f"{ALIASES[field.section]}.{field.name}" for field in plain)
    sql = (
        f"SELECT h.division_id, {selected} FROM households_household h "
        "JOIN households_person p ON p.household_id = h.id AND p.is_active "
        f"LEFT JOIN households_personyear q ON q.person_id = p.id AND q.year = {year} "
        f"LEFT JOIN households_householdyear y ON y.household_id = h.id AND y.year = {year} "
        f"LEFT JOIN households_householdincome i ON i.household_id = h.id AND i.year = {year} "
        "ORDER BY h.division_id, h.id, p.id"
    )
    with psycopg.connect(bench.admin_url) as opened, opened.cursor(name="flat") as cursor:
        cursor.itersize = 5000
        for division, *values in cursor.execute(sql):
            yield [*places[division], *(text(value) for text, value in zip(shows, values, strict=True))]


def place_names(bench: Bench) -> dict[int, list[str]]:
    """Village code → the names of the five levels."""
    names = dict(bench.admin().execute("SELECT code, name FROM divisions_division").fetchall())
    return {code: [names.get(step, "") for step in (*codes.ancestors(code), code)] for code in names}


def show(field: Field) -> Callable[[Any], str]:
    """A function from a value of the database to what stands in a cell."""
    if field.sealed:
        return lambda value: "" if value is None else unseal(field.sealed, value)
    if field.codelist:
        labels = {code.code: code.name_zh for code in codelist(field.codelist)}
        if isinstance(field.model_field, ArrayField):
            return lambda value: "、".join(labels[one] for one in value or ())
        return lambda value: "" if value is None else labels[value]
    return _plain


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
