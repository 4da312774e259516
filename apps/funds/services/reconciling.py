"""财政支付核对: the finance department's payments (FN-FU) compared with the platform's, voucher by voucher.

All vouchers of all counties are compared in one statement, which writes only what changed. The department's rows are
read in the platform's own scope, and what is kept of them is voucher, quota, amount, day and a masked account: whoever
sees the money of a place sees that, and nothing else of the data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.common.days import today
from apps.common.errors import ServiceError
from apps.datasets.services.freshness import latest
from apps.divisions import codes
from apps.funds.choices import Act, Matching
from apps.funds.models import Entry, Reconciliation, ReconciliationSettlement
from apps.pages.steplogs import LONGEST_NOTE
from apps.pages.ways import holds

DATASET = "FN-FU"
SETTLES = Reconciliation.change_capability
LOCK = 7302
"""Of the advisory lock by which two comparisons follow each other."""
# Every county's payments beside whoever reports them, its own finance bureau or one above.
COMPARER = scopes.everywhere("view_funds", "load_datasets", username="reconciliation", source="task")

SAID = (
    "result",
    "our_amount",
    "their_amount",
    "our_day",
    "their_day",
    "their_account",
    "quota_no",
    "as_of",
    "payments",
)
SETTLED_OF = ("result", "our_amount", "their_amount", "our_day", "their_day", "their_account", "quota_no")
"""What a settlement was said of: it holds as long as all of this stays."""

# Of a person only the first character of his name is kept, of a number its last four digits.
MASKED = r"""
    CASE WHEN account ~ '[0-9]{6}' THEN regexp_replace(account, '[0-9](?=[0-9]{4})', '*', 'g')
        WHEN key IS NOT NULL THEN left(account, 1) || CASE WHEN account = '' THEN '' ELSE '*' END
        ELSE account END
"""
COUNTY_OF = "division_id / 1000000 * 1000000"

COMPARE = f"""
    WITH version AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(places)s::bigint[], %(lows)s::bigint[], %(highs)s::bigint[],
            %(days)s::date[]) WITH ORDINALITY AS given (id, place, low, high, as_of, rank)
    ), theirs AS (
        SELECT version.*, row.voucher_no, row.quota_no, row.amount, row.paid_on, btrim(row.account) AS account, row.key
        FROM version JOIN datasets_fundpayment row ON row.version_id = version.id
    ), ours AS (
        SELECT {COUNTY_OF} AS county, voucher_no, sum(amount) AS amount, min(paid_on) AS first_day,
            max(paid_on) AS last_day, count(*) AS payments, min(payee_name) AS payee,
            count(DISTINCT payee_name) AS payees
        FROM funds_payment WHERE reversed_on IS NULL GROUP BY 1, 2
    ), span AS (
        SELECT id, low, high, as_of, date_trunc('month', min(paid_on))::date AS since
        FROM theirs GROUP BY id, low, high, as_of
    ), both_sides AS (
        SELECT DISTINCT ON (ours.county, ours.voucher_no) ours.*, theirs.amount AS their_amount, theirs.paid_on,
            theirs.account, theirs.key, theirs.quota_no, theirs.as_of, theirs.low, theirs.high, theirs.place
        FROM ours JOIN theirs ON theirs.voucher_no = ours.voucher_no AND ours.county BETWEEN theirs.low AND theirs.high
        ORDER BY ours.county, ours.voucher_no, theirs.rank
    ), known AS (
        SELECT DISTINCT version.id, version.place, quota.document_no FROM version JOIN funds_quota quota
        ON quota.division_id BETWEEN version.low AND version.high OR quota.division_id IN (
            version.place / 100000000 * 100000000, version.place / 10000000000 * 10000000000)
    ), found AS (
        SELECT county AS division_id, voucher_no,
            CASE WHEN amount <> their_amount THEN 'amount'
                WHEN account <> '' AND account !~ '[0-9]{{6}}' AND payees = 1 AND account <> btrim(payee) THEN 'account'
                WHEN paid_on NOT BETWEEN first_day AND last_day THEN 'day'
                WHEN NOT EXISTS (SELECT FROM known WHERE known.place = both_sides.place
                    AND known.document_no = both_sides.quota_no) THEN 'unknown_quota'
                ELSE 'agrees' END AS result,
            amount AS our_amount, their_amount, first_day AS our_day, paid_on AS their_day, {MASKED} AS their_account,
            quota_no, as_of, payments
        FROM both_sides
        UNION ALL
        SELECT county, voucher_no, 'only_ours', amount, NULL, first_day, NULL, '', '', span_of.as_of, payments
        FROM ours CROSS JOIN LATERAL (
            SELECT max(span.as_of) AS as_of FROM span
            WHERE ours.county BETWEEN span.low AND span.high AND ours.last_day BETWEEN span.since AND span.as_of
        ) span_of
        WHERE span_of.as_of IS NOT NULL AND NOT EXISTS (SELECT FROM both_sides
            WHERE both_sides.county = ours.county AND both_sides.voucher_no = ours.voucher_no)
        UNION ALL
        SELECT place, voucher_no,
            CASE WHEN EXISTS (SELECT FROM known WHERE known.id = theirs.id AND known.document_no = theirs.quota_no)
                THEN 'only_theirs' ELSE 'unknown_quota' END,
            NULL, amount, NULL, paid_on, {MASKED}, quota_no, as_of, 0
        FROM theirs WHERE NOT EXISTS (SELECT FROM both_sides WHERE both_sides.voucher_no = theirs.voucher_no
            AND both_sides.county BETWEEN theirs.low AND theirs.high)
    ), gone AS (
        DELETE FROM funds_reconciliation old WHERE NOT EXISTS (
            SELECT FROM found WHERE found.division_id = old.division_id AND found.voucher_no = old.voucher_no)
        RETURNING 1
    ), written AS (
        INSERT INTO funds_reconciliation AS old (division_id, voucher_no, settlement_id, {", ".join(SAID)})
        SELECT division_id, voucher_no, (
            SELECT max(said.id) FROM funds_reconciliationsettlement said
            WHERE (said.division_id, said.voucher_no) = (found.division_id, found.voucher_no)
                AND ({", ".join(f"said.{name}" for name in SETTLED_OF)})
                IS NOT DISTINCT FROM ({", ".join(f"found.{name}" for name in SETTLED_OF)})
        ), {", ".join(SAID)} FROM found
        ON CONFLICT (division_id, voucher_no) DO UPDATE
        SET settlement_id = excluded.settlement_id, {", ".join(f"{name} = excluded.{name}" for name in SAID)}
        WHERE ({", ".join(f"old.{name}" for name in SAID)})
            IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in SAID)})
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM gone)
"""  # noqa: S608  (names of our own; every value is a parameter)


def reconcile() -> tuple[int, int]:
    """Compare what finance departments last reported with the platform's payments: how many vouchers are new
    or say something else than before, and how many are gone.

    A payment that was reversed is none. Payments of the platform that the department does not name are differences from
    the month of the first row of its file to the day of the file. Done twice it changes nothing.
    """
    with scopes.acting(COMPARER, source="task"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Also one that is out of date: what it says of its days stays true until the supplier says something else.
        versions = [one for one in latest(today(), [DATASET]) if codes.level(one.division_id) <= codes.COUNTY]
        versions.sort(key=lambda one: (one.as_of, codes.level(one.division_id), one.pk), reverse=True)
        ranges = [codes.subtree(one.division_id) for one in versions]
        cursor.execute(
            COMPARE,
            {
                "ids": [one.pk for one in versions],
                "places": [one.division_id for one in versions],
                "lows": [low for low, _high in ranges],
                "highs": [high for _low, high in ranges],
                "days": [one.as_of for one in versions],
            },
        )
        changed, gone = cursor.fetchone()
    return changed, gone


@dataclass(frozen=True)
class Total:
    """What one result comes to at a place and below: vouchers, yuan on both sides, differences not yet settled."""

    result: str
    vouchers: int
    ours: Decimal
    theirs: Decimal
    open: int


def totals(user: Any, division: int | None) -> list[Total]:
    """The sums of each result at a place and below (of everything that somebody sees without one), in the order of the
    results. One query."""
    rows = Reconciliation.objects.visible_to(user)
    if division is not None:
        rows = rows.within(division)
    unsettled = Count("pk", filter=Q(settlement=None) & ~Q(result=Matching.AGREES))
    sums = (
        rows.order_by()
        .values_list("result")
        .annotate(number=Count("pk"), ours=Sum("our_amount"), theirs=Sum("their_amount"), unsettled=unsettled)
    )
    order = {value: number for number, value in enumerate(Matching.values)}
    none = Decimal(0)
    found = [Total(result, number, ours or none, theirs or none, left) for result, number, ours, theirs, left in sums]
    return sorted(found, key=lambda one: order[one.result])


def may_settle(row: Reconciliation, by: Any) -> bool:
    """Whether somebody may say why a difference is one: who pays at that very place."""
    return holds(by, SETTLES, row.division_id)


@transaction.atomic
def settle(row: Reconciliation, reason: str, *, by: User, entry: int | None = None) -> ReconciliationSettlement:
    """Say why a difference that `by` sees is one, and which entry reverses what was wrong, if there is one.

    Raises PermissionDenied for another place's, ServiceError for what agrees or is settled already (409), a missing
    reason and an entry that reverses no payment here.
    """
    if not may_settle(row, by):
        raise PermissionDenied(_("差异由办理拨付的地区处理。"))
    locked = Reconciliation.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.result == Matching.AGREES:
        raise ServiceError(_("这一笔一致，无须处理。"), code="agrees", status=409)
    if locked.settlement_id is not None:
        raise ServiceError(_("这一差异已经处理。"), code="settled", status=409)
    words = reason.strip()
    if not words:
        raise ServiceError(_("请说明理由。"), field="reason", code="required")
    if len(words) > LONGEST_NOTE:
        raise ServiceError(_("说明不能超过 %(most)d 字。") % {"most": LONGEST_NOTE}, field="reason", code="too_long")
    said = {name: getattr(locked, name) for name in ("division_id", "voucher_no", *SETTLED_OF)}
    made = ReconciliationSettlement.objects.create(
        **said, reason=words, entry=_reversing(entry, locked, by), by=by, by_name=str(by)[:60]
    )
    locked.settlement = made
    locked.save(update_fields=["settlement"])
    return made


def _reversing(key: int | None, row: Reconciliation, by: User) -> Entry | None:
    if key is None:
        return None
    rows = Entry.objects.visible_to(by).within(row.division_id).filter(act=Act.PAY, reverses__isnull=False)
    found: Entry | None = rows.filter(pk=key).first()
    if found is None:
        raise ServiceError(_("没有这笔冲销拨付的账目。"), field="entry", code="does_not_exist")
    return found


def settlements_of(row: Reconciliation, user: Any) -> list[ReconciliationSettlement]:
    """What was said of the differences of a voucher so far, the first one first."""
    rows = ReconciliationSettlement.objects.visible_to(user)
    return list(rows.filter(division_id=row.division_id, voucher_no=row.voucher_no).order_by("pk"))


def waiting(user: Any) -> QuerySet[Reconciliation]:
    """The differences that wait for somebody's word: those of the very places at which he pays."""
    places = [low for low, _high in scopes.of(user).ranges_of(SETTLES)]
    rows = Reconciliation.objects.visible_to(user).filter(division__in=places, settlement=None)
    return rows.exclude(result=Matching.AGREES)
