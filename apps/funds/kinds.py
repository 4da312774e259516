"""How values of money look."""

from __future__ import annotations

from apps.funds.choices import Light, OrderState, ProjectState, QuotaState
from apps.pages.kinds import State

QUOTA_STATE = State(
    labels=dict(QuotaState.choices),
    colours={
        QuotaState.ISSUED: "yellow",
        QuotaState.PAID: "green",
        QuotaState.SETTLED: "green",
        QuotaState.RECEIVED: "blue",
    },
)
ORDER_STATE = State(
    labels=dict(OrderState.choices),
    colours={
        OrderState.PROPOSED: "blue",
        OrderState.REVIEWED: "blue",
        OrderState.APPROVED: "blue",
        OrderState.RETURNED: "yellow",
        OrderState.DONE: "green",
    },
)
PROJECT_STATE = State(
    labels=dict(ProjectState.choices), colours={ProjectState.CLOSED: "green", ProjectState.STARTED: "blue"}
)
LIGHT = State(labels=dict(Light.choices), colours={light: light for light in Light})
