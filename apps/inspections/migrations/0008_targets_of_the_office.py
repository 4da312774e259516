"""The office that runs an inspection goes on reading what its places were told, also where it sees no place below it.

Once opened, a target lies at the inspected place. Who reads the office's inspections reads their targets wherever they
lie; nobody else is opened anything by this.
"""

from django.db import migrations

from apps.access import rls

ME = rls.setting("user", "bigint")
TEAM = f"inspection_id IN (SELECT inspection_id FROM inspections_teammember WHERE account_id = {ME})"  # noqa: S608  (our own words; values are parameters)
OFFICE = rls.in_scope("run_by_id", "supervision")
PLACE = rls.in_scope("division_id", "supervision")


def reading(*more: str) -> str:
    """The policy of reading with these conditions beside the place."""
    said = " OR ".join(more)
    return f"ALTER POLICY scope_select ON inspections_inspectiontarget USING ({rls.any_of([*PLACE, said])})"


class Migration(migrations.Migration):
    dependencies = [("inspections", "0007_settled_once")]

    operations = [migrations.RunSQL(reading(TEAM, *OFFICE), reading(TEAM))]
