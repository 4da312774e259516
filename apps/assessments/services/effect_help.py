"""How a place's households are helped, and who of its helpers never came: values of its year, in SQL.

What a county corps is asked as well (`corps`) is asked by the same statements.
"""

from __future__ import annotations

from apps.assessments import catalogue
from apps.assessments.effect_catalogue import HELPERS, MATCHING, SATISFACTION, TEAMS, VISITS
from apps.assessments.effect_choices import EffectMissing as Missing
from apps.assessments.services import corps
from apps.assessments.services.corps import INSIDE, SHARE
from apps.assessments.services.formulas import DUE
from apps.funds.choices import ProjectKind as Kind

CAUSES: dict[str, tuple[Kind, ...]] = {
    "05": (Kind.ASSET_INCOME, Kind.COLLECTIVE, Kind.PV),
    "06": (Kind.WATER,),
    "07": (Kind.TRAINING, Kind.INDUSTRY, Kind.ECOMMERCE),
    "08": (Kind.ASSET_INCOME, Kind.PV, Kind.PUBLIC_JOB),
    "09": (Kind.INDUSTRY, Kind.ASSET_INCOME, Kind.BEIJING),
    "10": (Kind.ROAD,),
}
"""Causes of poverty (codes) that a project of one of these kinds answers; no measure that is known answers others."""
CAPITAL = "09"
"""Lack of capital: a small loan answers it too."""
_PAIRS = ", ".join(f"('{cause}', '{kind}')" for cause, kinds in CAUSES.items() for kind in kinds)

FOUND = {
    HELPERS: corps.FOUND[catalogue.HELPERS],
    TEAMS: corps.FOUND[catalogue.TEAMS],
    VISITS: corps.FOUND[catalogue.VISITS],
    MATCHING: f"""
    judged AS (
        SELECT one.id AS assessment_id, household.id, 1 AS number, (EXISTS (
            SELECT FROM funds_beneficiary AS benefit WHERE benefit.household_id = household.id AND benefit.is_active
                AND benefit.year <= %(year)s AND (household.cause_main, benefit.kind) IN ({_PAIRS})
        ) OR household.cause_main = '{CAPITAL}' AND EXISTS (
            SELECT FROM measures_smallloan AS loan WHERE loan.household_id = household.id
                AND loan.lent_on <= one.data_on AND loan.due_on >= make_date(%(year)s, 1, 1)
        ))::int AS good
        FROM one JOIN households_household AS household ON {INSIDE.format("household.division_id")}
            AND household.status = ANY(%(helped)s)
            AND household.cause_main IN ({", ".join(f"'{cause}'" for cause in CAUSES)})
    ), {SHARE.format(missing=Missing.NO_CAUSE)}""",  # noqa: S608  (our own words; values are parameters)
    SATISFACTION: f"""
    judged AS (
        SELECT DISTINCT ON (one.id, heard.household_id) one.id AS assessment_id, heard.id, 1 AS number,
            (heard.satisfaction <> 'dissatisfied')::int AS good
        FROM one JOIN cadres_homecheck AS heard ON {INSIDE.format("heard.division_id")} AND heard.satisfaction <> ''
            AND heard.checked_on BETWEEN make_date(%(year)s, 1, 1) AND one.data_on
        ORDER BY one.id, heard.household_id, heard.checked_on DESC, heard.id DESC
    ), {SHARE.format(missing=Missing.NOT_ASKED)}""",  # noqa: S608  (our own words; values are parameters)
}
"""The value of each of these indicators."""
PARTS = {
    VISITS: (f"spans AS MATERIALIZED ({corps.SPANS})", DUE.format(months="3")),
    HELPERS: (f"spans AS ({corps.SPANS})",),
}
"""What some of them are built on."""

ZERO_SIGN_IN = f"""
    months AS (
        SELECT first::date AS first, (first + interval '1 month - 1 day')::date AS last
        FROM generate_series(
            make_date(%(year)s, 1, 1)::timestamp, make_date(%(year)s, 12, 1), interval '1 month'
        ) AS first
    ), held AS (
        SELECT DISTINCT one.id AS assessment_id, cadre.id, cadre.account_id, months.first
        FROM one JOIN access_pairing AS pairing ON {INSIDE.format("pairing.division_id")}
            JOIN cadres_cadre AS cadre ON cadre.id = pairing.cadre_id AND cadre.account_id IS NOT NULL
            JOIN months ON pairing.from_on <= months.first AND months.last <= one.data_on
                AND coalesce(pairing.until_on, 'infinity') >= months.last
    ), came AS (
        SELECT DISTINCT author_id, date_trunc('month', visited_on)::date AS first FROM visits_visit
        WHERE visited_on BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31)
    ), judged AS (
        SELECT held.assessment_id, held.id, 1 AS number, bool_and(came.first IS NOT NULL)::int AS good
        FROM held LEFT JOIN came ON came.author_id = held.account_id AND came.first = held.first
        GROUP BY 1, 2
    ), {SHARE.format(missing=Missing.NO_HELPER)}"""  # noqa: S608  (our own words; values are parameters)
"""Of the helpers with an account who answered for households throughout some month, those who came in each of these."""
