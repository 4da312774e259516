"""How a place used its money and managed its projects: values of its year, in SQL.

Sums are those of the ledger up to the day of the data: all there is to spend at a place and below (its own budgets and
what came from above, less what was taken back), as `apps.funds.services.balances` counts it.
"""

from __future__ import annotations

from apps.assessments.effect_catalogue import CARRY, IDLE, LIBRARY, NOTICED, REGISTERED, RETAINED, SPEND
from apps.assessments.effect_choices import EffectMissing as Missing
from apps.assessments.services.corps import INSIDE, SHARE
from apps.funds.asset_choices import CREATES_NOTHING, UNREGISTERED

_OUTSIDE = f"coalesce({INSIDE.format('entry.from_division_id')}, false) IS FALSE"
# Shares of the money of some years; the rows are the quotas that something of it is left in.
_SUMS = f"""
    money AS (
        SELECT one.id AS assessment_id,
            sum(CASE WHEN entry.act = 'budget' THEN entry.amount
                WHEN entry.act = 'pass' AND {_OUTSIDE} THEN entry.amount
                WHEN entry.act = 'recover' AND {_OUTSIDE} THEN -entry.amount ELSE 0 END) AS total,
            sum(CASE entry.act WHEN 'allocate' THEN entry.amount WHEN 'return' THEN -entry.amount ELSE 0 END) AS put,
            sum(CASE entry.act WHEN 'pay' THEN entry.amount ELSE 0 END) AS paid
        FROM one JOIN funds_entry AS entry ON {INSIDE.format("entry.division_id")}
            AND entry.booked_on <= one.data_on AND entry.year {{years}}
        GROUP BY 1
    ), lying AS (
        SELECT one.id AS assessment_id, array_agg(quota.id ORDER BY quota.id) AS ids
        FROM one JOIN funds_quota AS quota ON {INSIDE.format("quota.division_id")}
            AND quota.year {{years}} AND quota.issued_on <= one.data_on AND {{left}}
        GROUP BY 1
    ), found AS (
        SELECT one.id, coalesce({{part}}, 0) AS numerator, coalesce({{whole}}, 0) AS denominator,
            coalesce(lying.ids, '{{{{}}}}') AS counted,
            CASE WHEN coalesce({{whole}}, 0) <= 0 THEN '{Missing.NO_MONEY}' ELSE '' END AS missing
        FROM one LEFT JOIN money ON money.assessment_id = one.id LEFT JOIN lying ON lying.assessment_id = one.id
    )"""  # noqa: S608  (our own words; values are parameters)
_UNPUT = "quota.amount > quota.passed + quota.allocated + quota.recovered"
_UNPAID = "quota.allocated > quota.paid"

_SHARE = SHARE.format(missing=Missing.NO_PROJECT)
_APPROVED = "project.year = %(year)s AND project.approved_on <= one.data_on"
_NOTHING = ", ".join(f"'{kind}'" for kind in CREATES_NOTHING)
_NOT_YET = ", ".join(f"'{state}'" for state in UNREGISTERED)


def _projects(which: str, good: str) -> str:
    """Of the projects of a place, those with which all is well."""
    return f"""
    judged AS (
        SELECT one.id AS assessment_id, project.id, 1 AS number, ({good})::int AS good
        FROM one JOIN funds_project AS project ON {INSIDE.format("project.division_id")} AND {which}
    ), {_SHARE}"""  # noqa: S608  (our own words; values are parameters)


FOUND = {
    SPEND: _SUMS.format(years="= %(year)s", part="money.paid", whole="money.total", left=f"({_UNPUT} OR {_UNPAID})"),
    RETAINED: _SUMS.format(years="<= %(year)s", part="money.total - money.put", whole="money.total", left=_UNPUT),
    IDLE: _SUMS.format(years="< %(year)s", part="money.put - money.paid", whole="money.put", left=_UNPAID),
    CARRY: _SUMS.format(
        years="< %(year)s", part="money.total - money.paid", whole="money.total", left=f"({_UNPUT} OR {_UNPAID})"
    ),
    NOTICED: _projects(which=_APPROVED, good="coalesce(project.noticed_before_on <= one.data_on, false)"),
    LIBRARY: _projects(which=_APPROVED, good="project.item_id IS NOT NULL"),
    REGISTERED: _projects(
        which=f"project.accepted_on <= one.data_on AND project.kind NOT IN ({_NOTHING})",
        good="EXISTS (SELECT FROM funds_asset AS asset WHERE asset.project_id = project.id "
        f"AND asset.state NOT IN ({_NOT_YET}))",
    ),
}
"""The value of each of these indicators."""
