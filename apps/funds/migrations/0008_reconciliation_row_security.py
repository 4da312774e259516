"""Reconciliation and the nightly checks of the ledger, behind row-level security. What was said of a difference, and what
a night found, stays."""

from django.db import migrations

from apps.access import rls


class Migration(migrations.Migration):
    dependencies = [("funds", "0007_reconciliation")]

    operations = [
        rls.protect("funds_reconciliation", realm="funds"),
        rls.protect("funds_reconciliationsettlement", realm="funds", append_only=True),
        rls.protect("funds_ledgercheck", realm="funds", append_only=True),
    ]
