"""How values of the register of assets look."""

from __future__ import annotations

from apps.funds.asset_choices import AssetState, DistributionState
from apps.pages.kinds import State

ASSET_STATE = State(
    labels=dict(AssetState.choices),
    colours={
        **dict.fromkeys((AssetState.REGISTERED, AssetState.IN_USE, AssetState.CONTRACTED), "blue"),
        AssetState.YIELDING: "yellow",
        AssetState.DISTRIBUTED: "green",
        **dict.fromkeys((AssetState.IDLE, AssetState.DAMAGED, AssetState.DISPUTED), "red"),
        AssetState.LEAVING: "yellow",
    },
)
DISTRIBUTION_STATE = State(
    labels=dict(DistributionState.choices),
    colours={DistributionState.PUBLISHED: "blue", DistributionState.DISTRIBUTED: "green"},
)
