"""What finance departments reported of this year's payments (FN-FU): nearly all of it is what the platform paid.

Two of them report: the bureau of the county that the demonstration is shown at, and the region for all others. In the
file of each, so many vouchers (`EACH`) differ in each of the ways that the reconciliation knows.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from apps.accounts.models import User
from apps.dashboards.demo import calibration as figures
from apps.dashboards.demo.bulk import Bulk
from apps.dashboards.demo.departments import deliver
from apps.divisions import codes
from apps.funds.choices import Matching
from apps.funds.services.reconciling import reconcile

EACH = 3
BUREAU = codes.at(figures.DEMO_VILLAGES[0], codes.COUNTY)
OF_OURS = (Matching.AMOUNT, Matching.ACCOUNT, Matching.DAY, Matching.UNKNOWN_QUOTA, Matching.ONLY_OURS)
"""Ways to differ that are about a voucher of the platform; the last one is that the department has none."""

# Vouchers of one payee come first, in an order of their own in each file: the first ones differ.
_VOUCHERS = """
CREATE TEMPORARY TABLE demo_vouchers ON COMMIT DROP AS
SELECT ours.*, coalesce((%(ways)s::text[])[1 + (rank - 1) / %(each)s], '') AS differs FROM (
    SELECT paid.voucher_no, paid.division_id BETWEEN %(low)s AND %(high)s AS at_bureau,
           min(quota.document_no) AS quota_no, min(project.code) AS project_no, sum(paid.amount) AS amount,
           min(paid.paid_on) AS paid_on,
           CASE count(DISTINCT payee_name) WHEN 1 THEN min(payee_name) ELSE '' END AS account,
           row_number() OVER (PARTITION BY paid.division_id BETWEEN %(low)s AND %(high)s
                              ORDER BY count(DISTINCT payee_name), md5(paid.voucher_no)) AS rank
    FROM funds_payment paid JOIN funds_allocation allocation ON allocation.id = paid.allocation_id
    JOIN funds_quota quota ON quota.id = allocation.quota_id JOIN funds_project project ON project.id = paid.project_id
    WHERE paid.reversed_on IS NULL AND extract(year FROM paid.paid_on) = %(year)s
    GROUP BY 1, 2
) ours"""
_COLUMNS = "quota_no, project_no, voucher_no, account, amount, paid_on"
# What nobody paid here names a quota that there is.
_ROWS = """
SELECT NULL::bytea, '', CASE differs WHEN 'unknown_quota' THEN '财建〔{year}〕999号' ELSE quota_no END, project_no,
       voucher_no,
       CASE differs WHEN 'account' THEN '某某建筑有限公司' ELSE account END,
       CASE differs WHEN 'amount' THEN amount + 100 ELSE amount END,
       CASE differs WHEN 'day' THEN paid_on - 1 ELSE paid_on END
FROM demo_vouchers WHERE at_bureau = {at_bureau} AND differs <> 'only_ours'
UNION ALL
SELECT sha256(('payee' || number)::bytea), '包青山',
       (SELECT min(quota_no) FROM demo_vouchers WHERE at_bureau = {at_bureau}),
       '', '财付-{place}-' || number, '包青山', 1000 + number, date '{year}-12-20'
FROM generate_series(1, {each}) AS number"""


def report_payments(bulk: Bulk, by: User) -> None:
    """Put both files in force and compare them with the payments.

    In the caller's transaction and scope, which reaches all money and all data sets.
    """
    low, high = codes.subtree(BUREAU)
    with connection.cursor() as cursor:
        said: dict[str, Any] = {"ways": list(OF_OURS), "each": EACH, "low": low, "high": high, "year": figures.YEAR}
        cursor.execute(_VOUCHERS, said)
    for place in (BUREAU, codes.WHOLE_REGION):
        rows = _ROWS.format(at_bureau=str(place == BUREAU), place=place // 10**6, each=EACH, year=figures.YEAR)
        deliver("FN-FU", _COLUMNS, rows, bulk, by, place)
    bulk.rows["funds_reconciliation"], _gone = reconcile()
