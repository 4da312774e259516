"""System checks: what would otherwise fail silently or late."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from .codes import codelist, names
from .sealing import KINDS, blind_index, seal, unseal

REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


@register(Tags.security)
def field_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Keys and algorithms are there for every kind of number, and what is sealed opens again."""
    try:
        for kind in KINDS:
            if unseal(kind, seal(kind, "1599")) != "1599" or len(blind_index(kind, "1599")) != 32:
                return [Error(f"The key service does not give back what it sealed ({kind}).", id="common.E001")]
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="See the setting FIELD_KEYS.", id="common.E001")]
    return []


@register()
def redis_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Queue and cache have an address."""
    if str(getattr(settings, "REDIS_URL", "") or "").startswith(REDIS_SCHEMES):
        return []
    return [Error("REDIS_URL is not the address of a Redis server.", id="common.E002")]


@register(Tags.models)
def code_lists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """No list of codes has two values under one Chinese label."""
    found: list[CheckMessage] = []
    for name in names():
        values = codelist(name)
        found += [
            Error(f"Code list {name}: {value.name_zh} does not lead to {value.code}.", id="common.E003")
            for value in values
            if values.code_for(value.name_zh) != value.code
        ]
    return found


@register(Tags.models)
def no_citext_fields(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """citext compares by locale on every row and no index of ours serves it: fold on writing instead."""
    connection = connections["default"]
    return [
        Error("citext is not used here.", obj=field, id="common.E004")
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if field.db_type(connection) == "citext"
    ]


@register(Tags.database)
def database_log(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The server's own log quotes no statement of ours and no row: they carry what people wrote."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('log_min_error_statement'), current_setting('log_error_verbosity')")
            if cursor.fetchone() != ("panic", "terse"):
                hint = "Run apps/access/sql/bootstrap.sql once more."
                found.append(Warning("The database server logs statements.", hint=hint, obj=alias, id="common.W002"))
    return found


@register(Tags.database)
def database_text(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The database holds no citext column, and its trigrams know Chinese.

    With the character type "C" pg_trgm finds no trigram in Chinese text and says nothing: searches by name
    would then come back empty or slow.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            found.append(Error("PostgreSQL is needed.", obj=alias, id="common.E005"))
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
                "WHERE t.typname = 'citext' AND a.attrelid >= 16384 AND NOT a.attisdropped"
            )
            if cursor.fetchone()[0]:
                found.append(Error("A column of the database is citext.", obj=alias, id="common.E004"))
            cursor.execute("SELECT to_regproc('show_trgm') IS NOT NULL")
            if not cursor.fetchone()[0]:
                found.append(Warning("Extension pg_trgm is not installed yet.", obj=alias, id="common.W001"))
                continue
            cursor.execute("SELECT cardinality(show_trgm('中国'))")
            if not cursor.fetchone()[0]:
                found.append(
                    Error(
                        "pg_trgm finds no trigram in Chinese text.",
                        hint="Create the database with LC_CTYPE C.UTF-8 (see apps/access/sql/bootstrap.sql).",
                        obj=alias,
                        id="common.E006",
                    )
                )
    return found
