"""How values of complaints look."""

from __future__ import annotations

from apps.complaints.choices import Light, State
from apps.pages.kinds import State as LightState

STATE = LightState(
    labels=dict(State.choices),
    colours={
        State.RECEIVED: "yellow",
        State.REGISTERED: "yellow",
        State.ACCEPTED: "blue",
        State.ASSIGNED: "blue",
        State.INVESTIGATING: "blue",
        State.TRANSFERRED: "blue",
        State.RETURNED: "blue",
        State.ANSWERED: "green",
        State.FEEDBACK: "green",
        State.CLOSED: "green",
    },
)
LIGHT = LightState(labels=dict(Light.choices), colours={light: light for light in Light})
