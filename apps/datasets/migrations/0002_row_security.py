"""Departments' data behind row-level security, each row placed where its version is."""

from django.db import migrations

from apps.access import rls

ROWS = (
    "cremation", "deathcancellation", "destitutesupport", "disabilitycertificate", "drinkingwater", "dwellingappraisal",
    "electricity", "employment", "enterpriserole", "farmsubsidy", "fundpayment", "householdregister", "housingfund",
    "housingsale", "illness", "imprisonment", "incometax", "marriage", "medicalinsurance", "nationalsystem", "pension",
    "postholder", "publicpayroll", "realestate", "relocationledger", "ruralallowance", "schoolroll", "smallloan",
    "vehicle",
)  # fmt: skip


def follow(table: str, column: str, target: str) -> migrations.RunSQL:
    """A composite key: what hangs off a version or a delivery lies where it does, and moves and goes with it."""
    name = f"{table}_place"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, division_id) "
        f"REFERENCES {target} (id, division_id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("datasets", "0001_initial"), ("access", "0004_row_security")]

    operations = [
        # How fresh data are is no secret: everybody reads it, only those who may load them there write.
        rls.protect("datasets_datasetversion", realm="datasets", read="true"),
        rls.protect("datasets_delivery", realm="datasets"),
        follow("datasets_delivery", "version_id", "datasets_datasetversion"),
        *(
            operation
            for name in ("deliverychunk", "deliveryfault")
            for operation in (
                follow(f"datasets_{name}", "delivery_id", "datasets_delivery"),
                rls.protect(f"datasets_{name}", realm="datasets"),
            )
        ),
        *(
            operation
            for name in ROWS
            for operation in (
                follow(f"datasets_{name}", "version_id", "datasets_datasetversion"),
                rls.protect(f"datasets_{name}", realm="datasets"),
            )
        ),
    ]
