// Unpacks the maps of static/maps (quantised TopoJSON) into GeoJSON, which is what echarts.registerMap takes.

/**
 * The shapes of a map as a GeoJSON FeatureCollection; `note`, where a map has one, must be shown with it.
 * @param {object} topology a parsed file of static/maps
 * @returns {{type: string, note: string, features: object[]}}
 */
export function features(topology) {
  const [scaleX, scaleY] = topology.transform.scale;
  const [left, bottom] = topology.transform.translate;

  const arcs = topology.arcs.map((packed) => {
    let x = 0;
    let y = 0;
    return packed.map(([stepX, stepY]) => {
      x += stepX;
      y += stepY;
      return [x * scaleX + left, y * scaleY + bottom];
    });
  });

  // A negative number is an arc read backwards; where two arcs meet, their common point is taken once.
  const ring = (numbers) =>
    numbers.reduce((line, number) => {
      const piece = number < 0 ? arcs[~number].slice().reverse() : arcs[number];
      return line.concat(line.length ? piece.slice(1) : piece);
    }, []);

  const polygon = (rings) => rings.map(ring);

  return {
    type: "FeatureCollection",
    note: topology.note ?? "",
    features: topology.objects.units.geometries.map(({ type, id, properties, arcs: parts }) => ({
      type: "Feature",
      id,
      properties,
      geometry: { type, coordinates: type === "Polygon" ? polygon(parts) : parts.map(polygon) },
    })),
  };
}
