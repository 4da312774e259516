"""Which map shows a division: files under `static/maps/`, one for each unit whose children can be drawn.

* the region: its leagues; a league: its real counties; a county: the approximate cells of its townships, and of the
  townships of a development zone that it hosts; a zone: its townships' cells alone;
* townships and villages have no map of their own: their county's shows where they are.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from apps.divisions import codes
from apps.divisions.reference import Unit
from apps.divisions.topology import Shape, Topology, extract

FOLDER = "maps"
APPROXIMATE = "示意范围"
"""What every drawing of township cells must say."""


def static_name(code: int) -> str:
    """Name, for `{% static %}`, of the map that shows a division's parts, or where a township or village lies."""
    unit = codes.at(code, min(codes.level(code), codes.COUNTY))
    level = codes.level(unit)
    if level == codes.REGION:
        return f"{FOLDER}/region.json"
    digits = codes.text(unit)[: codes.DIGITS[level]]
    return f"{FOLDER}/{'league' if level == codes.LEAGUE else 'county'}-{digits}.json"


REGION_COUNTIES = f"{FOLDER}/region-counties.json"
"""All counties of the region in one map."""


def is_approximate(code: int) -> bool:
    """Whether the division's map is made of cells that are no real borders and must say `APPROXIMATE`."""
    return codes.level(code) >= codes.COUNTY


def documents(
    listed: list[Unit], leagues: Topology, counties: Topology, townships: Topology
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every map as (static name, TopoJSON document), from the topologies of the three levels."""
    units = {unit.code: unit for unit in listed}
    hosted: dict[int, list[str]] = defaultdict(list)
    for unit in listed:
        if unit.host_id:
            hosted[unit.host_id].append(codes.text(unit.code))
    for topology in (leagues, counties, townships):
        parts: dict[int, list[Shape]] = defaultdict(list)
        for shape in topology.shapes:
            unit = units[codes.parse(shape.properties["code"])]
            dressed = Shape(_properties(unit, hosted[unit.code]), shape.polygons)
            for whole in {unit.parent_id or unit.code, _drawn_in(unit, units)}:
                parts[whole].append(dressed)
        for whole, shapes in sorted(parts.items()):
            document = extract(topology, shapes)
            if is_approximate(whole):
                document["note"] = APPROXIMATE
            yield static_name(whole), document
        if topology is counties:
            every = [shape for shapes in parts.values() for shape in shapes]
            yield REGION_COUNTIES, extract(topology, every)


def _drawn_in(unit: Unit, units: dict[int, Unit]) -> int:
    """The unit on whose ground this one lies: its parent, or the host of a parent that is a zone."""
    parent = units[unit.parent_id or unit.code]
    return parent.host_id or parent.code


def _properties(unit: Unit, zones: list[str]) -> dict[str, Any]:
    """What a page needs of a shape; `zones` are the zones whose figures are shown with it."""
    properties: dict[str, Any] = {"code": codes.text(unit.code), "name": unit.short_name}
    if zones:
        properties["zones"] = zones
    return properties
