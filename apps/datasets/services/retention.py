"""What is kept of data sets, and for how long: the rows of a version as long as a run could need them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.access import scope as scopes
from apps.datasets.models import KEPT, DatasetVersion, DeliveryFault
from apps.datasets.services.files import CARETAKER
from apps.datasets.services.intake import empty


def purge() -> tuple[int, int]:
    """Empty the versions that a later one of the same supplier replaced more than ninety days ago, and forget refused
    rows of that age. That there was such a version, of what day and size, stays known. How many of either.
    """
    oldest = timezone.now() - KEPT
    with scopes.acting(CARETAKER, source="task"):
        later = DatasetVersion.objects.filter(
            Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), pk__gt=OuterRef("pk")),
            dataset=OuterRef("dataset"),
            division=OuterRef("division"),
            state=DatasetVersion.State.ACCEPTED,
            received_at__lt=oldest,
        )
        replaced = DatasetVersion.objects.filter(Exists(later), state=DatasetVersion.State.ACCEPTED, emptied_at=None)
        versions = list(replaced)
        for version in versions:
            empty(version)
        faults, _by_model = DeliveryFault.objects.filter(delivery__finished_at__lt=oldest).delete()
    return len(versions), faults
