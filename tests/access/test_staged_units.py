"""Households of a file that is being imported are kept where its reader sees them, never where he does not."""

from __future__ import annotations

import pytest

from apps.access import scope as scopes
from apps.pages.imports import run
from apps.pages.imports.importer import Outcome, Unit
from apps.pages.imports.models import ImportBatch, StagedUnit
from tests.access.world import COUNTY, EVERYTHING, OTHER_LEAGUE, OWN

pytestmark = pytest.mark.usefixtures("undone")


@pytest.mark.parametrize("wall", ["both", "application"], indirect=True)
def test_a_household_of_a_file_that_lies_elsewhere_is_kept_at_the_place_of_the_batch(world, wall):
    """A file may name any village; what is refused for that is shown to whoever sent it, and to nobody there."""
    by = world.accounts["county"].user
    with scopes.activate(EVERYTHING):
        batch = ImportBatch.objects.filter(requested_by=by, division_id=COUNTY).order_by("pk")[0]
    places = (OWN, OTHER_LEAGUE, None)
    units = [Unit(seq, "", "", place, seq, 1, Outcome.REFUSED) for seq, place in enumerate(places, start=1)]
    with scopes.acting(by):
        run.keep(batch, iter(units))
    with scopes.activate(EVERYTHING):
        kept = StagedUnit.objects.filter(batch=batch).order_by("seq")
        assert list(kept.values_list("division_id", flat=True)) == [OWN, COUNTY, COUNTY]
