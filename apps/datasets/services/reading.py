"""What hangs off a delivery, for whoever may see it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.datasets.models import Delivery, DeliveryChunk, DeliveryFault


def sent_by(user: Any, dataset: str, key: int) -> Delivery | None:
    """A delivery by message that this account began itself and still reaches; None if there is none of this key."""
    mine = Delivery.objects.visible_to(user).filter(by_id=user.pk, dataset=dataset, file_name="")
    return mine.filter(pk=key).first()


def faults_of(user: Any, delivery: Delivery, most: int) -> QuerySet[DeliveryFault]:
    """The first refused rows of a delivery, in the order of their rows."""
    return DeliveryFault.objects.visible_to(user).filter(delivery=delivery).order_by("row_no", "pk")[:most]


def pieces_of(user: Any, delivery: Delivery) -> list[int]:
    """The numbers of the pieces that have arrived."""
    chunks = DeliveryChunk.objects.visible_to(user).filter(delivery=delivery)
    return list(chunks.order_by("number").values_list("number", flat=True))
