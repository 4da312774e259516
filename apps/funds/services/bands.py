"""审批权限: how many people approve an amount, and how long each step may take."""

from __future__ import annotations

from decimal import Decimal

from apps.access import scope as scopes
from apps.divisions import codes
from apps.funds.models import ApprovalBand

USUAL_SIGNATURES, USUAL_DAYS = 1, 5
"""How many people approve and how long a step may take where nobody has set a band."""


def band_for(division: int, act: str, amount: Decimal) -> tuple[int, int]:
    """Signatures and days for an amount in yuan: by the bands of the nearest place that has any for the act. One person
    and five days where nobody has set any."""
    path = [*codes.ancestors(division), division]
    # Bands of the places above hold here too, whoever asks: the platform itself looks.
    with scopes.activate(scopes.everywhere("view_funds")):
        bands = list(ApprovalBand.objects.filter(act=act, division_id__in=path))
    nearest = max((path.index(band.division_id) for band in bands), default=0)
    fitting = [band for band in bands if band.division_id == path[nearest] and band.above <= abs(amount)]
    if not fitting:
        return USUAL_SIGNATURES, USUAL_DAYS
    band = max(fitting, key=lambda band: band.above)
    return band.signatures, band.days
