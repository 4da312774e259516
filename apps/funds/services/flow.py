"""资金流向图: where money comes from, which places have it, what became of it; bands are as wide as their amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

WIDTH, HEIGHT, GAP, BAR = 960, 420, 6, 14
MOST_NODES = 14
"""Nodes of one column; what is smaller goes together."""


@dataclass
class Node:
    """One bar: its amount in yuan, its place in the picture, and the page that it opens."""

    name: str
    label: str
    amount: Decimal
    url: str = ""
    colour: str = ""
    x: float = 0
    y: float = 0
    height: float = 0
    left: float = field(default=0, repr=False)
    right: float = field(default=0, repr=False)


@dataclass(frozen=True)
class Band:
    """One band between two bars, as an SVG path."""

    path: str
    title: str
    amount: Decimal
    url: str
    colour: str


@dataclass(frozen=True)
class Flow:
    """The picture: columns of bars from left to right, and the bands between them."""

    nodes: list[Node]
    bands: list[Band]
    width: int = WIDTH
    height: int = HEIGHT


def draw(columns: Sequence[Sequence[Node]], links: Sequence[tuple[str, str, Decimal, str]]) -> Flow:
    """Lay out columns of nodes and the links between them (from name, to name, yuan, address).

    Heights share one scale, so that a yuan is as wide everywhere; nothing is drawn for nothing.
    """
    kept = [[node for node in column if node.amount > 0] for column in columns]
    most = max((sum((node.amount for node in column), Decimal(0)) for column in kept), default=Decimal(0))
    if not most:
        return Flow([], [])
    gaps = max(len(column) for column in kept) - 1
    scale = float(HEIGHT - GAP * gaps) / float(most)
    for number, column in enumerate(kept):
        x = number * (WIDTH - BAR) / max(1, len(kept) - 1)
        y = 0.0
        for node in column:
            node.x, node.y, node.height = x, y, max(1.0, float(node.amount) * scale)
            node.left = node.right = y
            y += node.height + GAP
    by_name = {node.name: node for column in kept for node in column}
    bands = []
    for start, end, amount, url in links:
        one, other = by_name.get(start), by_name.get(end)
        if one is None or other is None or amount <= 0:
            continue
        thick = float(amount) * scale
        bands.append(
            Band(_path(one, other, thick), f"{one.label} → {other.label}", amount, url, other.colour or one.colour)
        )
        one.right += thick
        other.left += thick
    return Flow([node for column in kept for node in column], bands)


def _path(one: Node, other: Node, thick: float) -> str:
    """A band that leaves one bar at its right and enters the other at its left."""
    x, end = one.x + BAR, other.x
    middle = (x + end) / 2
    top, bottom, into, under = one.right, one.right + thick, other.left, other.left + thick
    return (
        f"M{x:.1f},{top:.1f} C{middle:.1f},{top:.1f} {middle:.1f},{into:.1f} {end:.1f},{into:.1f} "
        f"L{end:.1f},{under:.1f} C{middle:.1f},{under:.1f} {middle:.1f},{bottom:.1f} {x:.1f},{bottom:.1f} Z"
    )
