"""From the grid that Chinese map software gives positions in (GCJ-02) to WGS-84, as the register keeps them.

The shift of GCJ-02 is a published series over the Krasovsky 1940 ellipsoid; it cannot be turned round in closed form,
so it is turned round by repetition, to a millionth of a degree (about 10 cm). Outside of China there is no shift.
"""

from __future__ import annotations

import math

from apps.visits.choices import Datum

Point = tuple[float, float]

_AXIS, _ECCENTRICITY_2 = 6_378_245.0, 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_EXACT, _MOST_TURNS = 1e-7, 30


def to_wgs84(point: Point, datum: str) -> Point:
    """A position (degrees of longitude and latitude) of a grid, as WGS-84."""
    return point if datum == Datum.WGS84 else gcj02_to_wgs84(point)


def wgs84_to_gcj02(point: Point) -> Point:
    """The position (longitude, latitude in degrees) as GCJ-02 has it."""
    lon, lat = point
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return point
    x, y = lon - 105.0, lat - 35.0
    ripple = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (ripple + _waves(y, 20.0, 40.0, 3.0) + 160.0 * _wave(y, 12.0) + 320.0 * _wave(y, 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (ripple + _waves(x, 20.0, 40.0, 3.0) + 150.0 * _wave(x, 12.0) + 300.0 * _wave(x, 30.0)) * 2.0 / 3.0
    bend = 1 - _ECCENTRICITY_2 * math.sin(math.radians(lat)) ** 2
    along = _AXIS * (1 - _ECCENTRICITY_2) / (bend * math.sqrt(bend))
    across = _AXIS / math.sqrt(bend) * math.cos(math.radians(lat))
    return lon + math.degrees(east / across), lat + math.degrees(north / along)


def gcj02_to_wgs84(point: Point) -> Point:
    """The position (longitude, latitude in degrees) whose GCJ-02 this is."""
    lon, lat = point
    for _turn in range(_MOST_TURNS):
        there_lon, there_lat = wgs84_to_gcj02((lon, lat))
        off_lon, off_lat = there_lon - point[0], there_lat - point[1]
        lon, lat = lon - off_lon, lat - off_lat
        if max(abs(off_lon), abs(off_lat)) < _EXACT:
            break
    return lon, lat


def _wave(value: float, length: float) -> float:
    return math.sin(value / length * math.pi)


def _waves(value: float, first: float, second: float, length: float) -> float:
    return first * math.sin(value * math.pi) + second * _wave(value, length)
