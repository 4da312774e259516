// Draws a track from the list beside it, which is the one source of positions and numbers: points in the order of time,
// the line that joins them, and the outlines of the county behind. No tiles from anywhere.

import { AROUND, WIDTH, element, outline, polygonsOf, projection, read } from "./drawing.js";

const RADIUS = 9;

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
  const places = points.map((point) => at(point).map((number) => number.toFixed(1)));
  drawing.append(element("path", { class: "track-line", d: `M${places.map((place) => place.join(",")).join("L")}` }));
  rows.forEach((row, index) => {
    const [x, y] = places[index];
    const link = element("a", { href: row.querySelector("a")?.getAttribute("href") ?? "#", tabindex: "-1" });
    link.append(
      element("title", {}, [...row.cells].map((cell) => cell.textContent.trim()).join(" ")),
      element("circle", { cx: x, cy: y, r: RADIUS, class: "track-point" }),
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
  drawing.style.fontSize = `${(11 * WIDTH) / (drawing.clientWidth || WIDTH)}px`;
}

for (const figure of document.querySelectorAll("[data-track]")) {
  // The list says the same in words: a map that cannot be had is simply not shown.
  draw(figure).catch((problem) => console.warn(problem));
}
