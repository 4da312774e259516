// Draws a track from the list beside it, which is the one source of positions and numbers: points in the order of time,
// the lines that join those of one visitor, and the outlines of the county behind. No tiles from anywhere.

import { AROUND, WIDTH, element, outline, polygonsOf, projection, read } from "./drawing.js";

const RADIUS = 9;
const EDGE = 60; // room for half a name

/** Whether any corner of a shape lies within the drawing. */
function near(shape, at, height) {
  const inside = (point) => {
    const [x, y] = at(point);
    return x > -WIDTH && x < 2 * WIDTH && y > -height && y < 2 * height;
  };
  return polygonsOf(shape).some(([outer]) => outer.some(inside));
}

async function draw(figure) {
  const rows = [...document.querySelectorAll("#track-points [data-lon]")];
  if (!rows.length) return;
  const points = rows.map((row) => [Number(row.dataset.lon), Number(row.dataset.lat)]);
  const { at, height } = projection(points, AROUND);
  const drawing = element("svg", { viewBox: `0 0 ${WIDTH} ${height.toFixed(0)}` });
  const { features } = await read(figure.dataset.track);
  for (const shape of features.filter((one) => near(one, at, height))) {
    drawing.append(element("path", { d: outline(shape, at), class: "outline", "fill-rule": "evenodd" }));
  }
  for (const { properties } of features.filter((one) => one.properties.cp)) {
    const [x, y] = at(properties.cp);
    if (x > EDGE && x < WIDTH - EDGE && y > RADIUS && y < height - RADIUS) drawing.append(element("text", { x, y }, properties.name));
  }
  const places = points.map((point) => at(point).map((number) => number.toFixed(1)));
  // Each visitor has a line of his own.
  for (const visitor of new Set(rows.map((row) => row.dataset.author))) {
    const way = places.filter((_place, index) => rows[index].dataset.author === visitor);
    drawing.append(element("path", { class: "track-line", d: `M${way.map((place) => place.join(",")).join("L")}` }));
  }
  rows.forEach((row, index) => {
    const [x, y] = places[index];
    const link = element("a", { href: row.querySelector("a")?.getAttribute("href") ?? "#", tabindex: "-1" });
    link.append(
      element("title", {}, [...row.cells].map((cell) => cell.textContent.trim()).join(" ")),
      element("circle", { cx: x, cy: y, r: RADIUS, class: row.querySelector(".light") ? "track-point is-marked" : "track-point" }),
      element("text", { x, y, class: "track-number" }, String(index + 1)),
    );
    for (const part of [link, row]) {
      part.addEventListener("pointerenter", () => row.classList.add("is-lit"));
      part.addEventListener("pointerleave", () => row.classList.remove("is-lit"));
    }
    drawing.append(link);
  });
  figure.hidden = false;
  figure.querySelector(".map-drawing").replaceChildren(drawing);
  // Points and numbers keep their size on the screen, whatever the drawing's.
  const scale = WIDTH / (drawing.clientWidth || WIDTH);
  drawing.style.fontSize = `${(11 * scale).toFixed(1)}px`;
  for (const point of drawing.querySelectorAll("circle")) point.setAttribute("r", (RADIUS * scale).toFixed(1));
}

for (const figure of document.querySelectorAll("[data-track]")) {
  // The list says the same in words: a map that cannot be had is simply not shown.
  draw(figure).catch((problem) => console.warn(problem));
}
