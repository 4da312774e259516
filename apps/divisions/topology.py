"""Small maps out of a large topology: pick units, thin their borders, write them as TopoJSON. Pure functions.

In a TopoJSON file a border between two units is one arc that both use. Thinning arc by arc, with the ends kept,
therefore leaves no gap and no overlap between neighbours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import pairwise
from math import cos, hypot, radians, sqrt
from typing import Any

Point = tuple[float, float]
Arcs = list[list[Point]]

STEPS = 1500
"""Thinned borders deviate by at most this fraction of the map's longer side: below a pixel on an ordinary screen."""


@dataclass(frozen=True)
class Shape:
    """One unit of a map: what is known of it, and its rings as arc numbers (`~n` is arc n backwards)."""

    properties: dict[str, Any]
    polygons: list[list[list[int]]]


@dataclass(frozen=True)
class Topology:
    """Decoded arcs in degrees, and the shapes that use them."""

    arcs: Arcs
    shapes: list[Shape]


def decode(raw: dict[str, Any], name: str) -> Topology:
    """The object `name` of a quantised TopoJSON document; `KeyError` when it has none of that name."""
    (scale_x, scale_y), (left, bottom) = raw["transform"]["scale"], raw["transform"]["translate"]
    arcs: Arcs = []
    for packed in raw["arcs"]:
        x = y = 0
        arc = []
        for step_x, step_y in packed:
            x, y = x + step_x, y + step_y
            arc.append((x * scale_x + left, y * scale_y + bottom))
        arcs.append(arc)
    shapes = []
    for geometry in raw["objects"][name]["geometries"]:
        rings = geometry["arcs"]
        shapes.append(Shape(geometry["properties"], [rings] if geometry["type"] == "Polygon" else list(rings)))
    return Topology(arcs, shapes)


def ring(arcs: Sequence[Sequence[Point]], numbers: Iterable[int]) -> list[Point]:
    """The closed line that a ring's arcs make up; its first and last point are the same."""
    line: list[Point] = []
    for number in numbers:
        piece = arcs[number] if number >= 0 else list(reversed(arcs[~number]))
        line += piece[1:] if line else piece
    return line


def area(line: Sequence[Point]) -> float:
    """Signed area of a closed line in square degrees."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(line)) / 2


def label_point(rings: Sequence[Sequence[Point]], shrink: float) -> Point:
    """The point of a polygon (outer ring, then holes) farthest from its border, where a label has most room.

    Squares that cannot hold a better point are never divided; precise to a fiftieth of the polygon's smaller side.
    """
    outer = rings[0]
    left, right = min(x for x, _y in outer), max(x for x, _y in outer)
    bottom, top = min(y for _x, y in outer), max(y for _x, y in outer)
    half = min((right - left) * shrink, top - bottom) / 2
    precise = half / 25
    best, room = ((left + right) / 2, (bottom + top) / 2), float("-inf")
    squares: list[tuple[float, float, float, float]] = []

    def consider(x: float, y: float, half: float) -> None:
        nonlocal best, room
        clear = _clearance((x, y), rings, shrink)
        if clear > room:
            best, room = (x, y), clear
        heappush(squares, (-clear - half * sqrt(2), x, y, half))

    for column in range(1 + int((right - left) * shrink / (2 * half))):
        for row in range(1 + int((top - bottom) / (2 * half))):
            consider(left + (2 * column + 1) * half / shrink, bottom + (2 * row + 1) * half, half)
    while squares:
        hope, x, y, half = heappop(squares)
        if -hope - room <= precise:
            break
        for side in (-half / 2, half / 2):
            for up in (-half / 2, half / 2):
                consider(x + side / shrink, y + up, half / 2)
    return best


def _clearance(point: Point, rings: Sequence[Sequence[Point]], shrink: float) -> float:
    """Distance of a point from a polygon's border, negative outside."""
    x, y = point
    inside, nearest = False, float("inf")
    for line in rings:
        for start, end in pairwise(line):
            if (start[1] > y) != (end[1] > y):
                crossing = start[0] + (y - start[1]) / (end[1] - start[1]) * (end[0] - start[0])
                inside ^= x < crossing
            nearest = min(nearest, _distance(point, start, end, shrink))
    return nearest if inside else -nearest


def thin(arc: Sequence[Point], tolerance: float, shrink: float) -> list[Point]:
    """The arc without points that lie within `tolerance` of the rest (Douglas-Peucker); its ends stay.

    `shrink` is the width of a degree of longitude in degrees of latitude. A closed arc keeps at least a triangle.
    """
    closed = arc[0] == arc[-1]
    keep = {0, len(arc) - 1}
    if closed and len(arc) > 3:
        keep |= {len(arc) // 3, 2 * len(arc) // 3}
    fixed = sorted(keep)
    pending = list(pairwise(fixed))
    while pending:
        first, last = pending.pop()
        farthest, distance = first, tolerance
        for index in range(first + 1, last):
            away = _distance(arc[index], arc[first], arc[last], shrink)
            if away > distance:
                farthest, distance = index, away
        if farthest != first:
            keep.add(farthest)
            pending += [(first, farthest), (farthest, last)]
    return [arc[index] for index in sorted(keep)]


def _distance(point: Point, start: Point, end: Point, shrink: float) -> float:
    """Distance of a point from a stretch."""
    x, y = (point[0] - start[0]) * shrink, point[1] - start[1]
    to_x, to_y = (end[0] - start[0]) * shrink, end[1] - start[1]
    length = to_x * to_x + to_y * to_y
    along = max(0.0, min(1.0, (x * to_x + y * to_y) / length)) if length else 0.0
    return hypot(x - along * to_x, y - along * to_y)


def extract(source: Topology, wanted: Sequence[Shape], *, steps: int = STEPS) -> dict[str, Any]:
    """A TopoJSON document of some shapes of a topology, thinned to what a screen can show."""
    used = sorted({~n if n < 0 else n for shape in wanted for rings in shape.polygons for r in rings for n in r})
    points = [point for number in used for point in source.arcs[number]]
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    bottom, top = min(y for _x, y in points), max(y for _x, y in points)
    shrink = cos(radians((bottom + top) / 2))
    tolerance = max((right - left) * shrink, top - bottom) / steps
    # Rounded, so that the last bit of a cosine on another machine makes no other file.
    grid = float(f"{tolerance / 2:.2g}")
    left, bottom = round(left, 4), round(bottom, 4)
    numbers = {number: place for place, number in enumerate(used)}
    lines = [_snap(thin(source.arcs[number], tolerance, shrink), left, bottom, grid) for number in used]
    shapes = [_visible(_renumbered(shape, numbers), lines) for shape in wanted]
    return {
        "type": "Topology",
        "transform": {"scale": [grid, grid], "translate": [left, bottom]},
        "objects": {
            "units": {
                "type": "GeometryCollection",
                "geometries": [_geometry(shape, lines, (left, bottom), grid, shrink) for shape in shapes],
            }
        },
        "arcs": [_pack(line) for line in lines],
    }


def _snap(line: Sequence[Point], left: float, bottom: float, grid: float) -> list[Point]:
    """The line in steps of a grid; points that fall together are kept once, its two ends always."""
    snapped = [(float(round((x - left) / grid)), float(round((y - bottom) / grid))) for x, y in line]
    kept = [snapped[0], *(point for before, point in pairwise(snapped) if point != before)]
    return kept if len(kept) > 1 else kept * 2


def _pack(line: Sequence[Point]) -> list[list[int]]:
    """The first position, then the step to each further one."""
    steps = [[int(x2 - x1), int(y2 - y1)] for (x1, y1), (x2, y2) in pairwise(line)]
    return [[int(part) for part in line[0]], *steps]


def _visible(shape: Shape, lines: Arcs) -> Shape:
    """The shape without islands and holes that are too small to have a surface on this map."""
    polygons = []
    for outer, *holes in shape.polygons:
        if area(ring(lines, outer)):
            polygons.append([outer, *(hole for hole in holes if area(ring(lines, hole)))])
    if not polygons:
        raise ValueError(f"{shape.properties['code']} is too small for this map")
    return replace(shape, polygons=polygons)


def _renumbered(shape: Shape, numbers: dict[int, int]) -> Shape:
    """The shape with the arc numbers of a smaller file."""
    polygons = [[[numbers[n] if n >= 0 else ~numbers[~n] for n in line] for line in rings] for rings in shape.polygons]
    return replace(shape, polygons=polygons)


def _geometry(shape: Shape, lines: Arcs, corner: Point, grid: float, shrink: float) -> dict[str, Any]:
    """A TopoJSON geometry; `cp` is where ECharts writes the label."""
    drawn = [[ring(lines, numbers) for numbers in rings] for rings in shape.polygons]
    x, y = label_point(max(drawn, key=lambda rings: abs(area(rings[0]))), shrink)
    label = [round(x * grid + corner[0], 3), round(y * grid + corner[1], 3)]
    several = len(drawn) > 1
    return {
        "type": "MultiPolygon" if several else "Polygon",
        "id": shape.properties["code"],
        "properties": {**shape.properties, "cp": label},
        "arcs": shape.polygons if several else shape.polygons[0],
    }
