"""What every row of supervision has: its realm."""

from __future__ import annotations

from typing import ClassVar

from apps.access.models import PlacedModel


class SupervisionModel(PlacedModel):
    """A row of supervision: seen with `view_supervision`, not with the right to the register."""

    realm: ClassVar[str] = "supervision"
    change_capability: ClassVar[str] = "inspect"

    class Meta:
        abstract = True
