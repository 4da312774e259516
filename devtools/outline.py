"""Writes static/img/region.svg, the outline of the leagues on the sign-in page, from static/maps/region.json.

Run by hand after a change of the map: `.venv/bin/python -m devtools.outline`.
"""

from __future__ import annotations

import json
import math
from typing import Any

from devtools.paths import ROOT

WIDTH = 900
MIDDLE_LATITUDE = 45.5


def drawing(topology: dict[str, Any]) -> str:
    """The arcs of the map as one SVG path in an equirectangular projection true at the region's middle latitude."""
    scale, (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale[0] + left, y * scale[1] + bottom))
        lines.append(line)
    points = [point for line in lines for point in line]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    across = WIDTH / (east - west)
    up = across / math.cos(math.radians(MIDDLE_LATITUDE))
    path = "".join(
        "M" + "L".join(f"{(x - west) * across:.0f} {(north - y) * up:.0f}" for x, y in line) for line in lines
    )
    height = round((north - south) * up)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {WIDTH + 4} {height + 4}">'
        f'<path d="{path}" fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="1.3" '
        'stroke-linejoin="round"/></svg>\n'
    )


if __name__ == "__main__":
    source = json.loads((ROOT / "static/maps/region.json").read_text(encoding="utf-8"))
    target = ROOT / "static/img/region.svg"
    target.write_text(drawing(source), encoding="utf-8")
    print(target.relative_to(ROOT))
