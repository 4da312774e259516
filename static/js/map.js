// Draws the map beside a ranking. The ranking is the one source of names, figures and addresses, so that the two always
// agree; the map adds where the units lie. A drawing of our own (SVG) costs a phone some kilobytes instead of a megabyte,
// follows the colour scheme by itself, prints, and its units are ordinary links.

import { AROUND, WIDTH, element, outline, polygonsOf, projection, read } from "./drawing.js";

const SHADES = 5;

/** The lines of the ranking by code: name, value, address, and where a village lies. */
function unitsOf(ranking) {
  const units = new Map();
  for (const line of ranking.querySelectorAll("[data-code]")) {
    const { code, value, text, host, lon, lat } = line.dataset;
    const link = line.querySelector("a.ranking-name");
    units.set(code, {
      code,
      line,
      host,
      text,
      name: link.textContent,
      address: link.getAttribute("href"),
      value: value === "" ? null : Number(value),
      point: lon ? [Number(lon), Number(lat)] : null,
    });
  }
  return units;
}

/** Upper ends of the shades: equal steps up to the largest value; none when there is nothing to tell apart. */
function steps(units) {
  const largest = Math.max(0, ...[...units.values()].map((unit) => unit.value ?? 0));
  if (!largest) return [];
  const whole = [...units.values()].every((unit) => Number.isInteger(unit.value ?? 0));
  const ends = Array.from({ length: SHADES }, (_, index) => (largest * (index + 1)) / SHADES);
  return whole ? [...new Set(ends.map(Math.ceil))] : ends.map((end) => Math.ceil(end * 100) / 100);
}

function shade(value, ends) {
  if (!value) return "";
  const place = ends.findIndex((end) => value <= end);
  // Few steps are spread over the whole scale.
  return `shade-${Math.round(((place < 0 ? ends.length - 1 : place) / Math.max(1, ends.length - 1)) * (SHADES - 1)) + 1}`;
}

function legend(target, ends, unit) {
  target.replaceChildren();
  const whole = ends.every(Number.isInteger);
  let from = whole ? 1 : 0;
  ends.forEach((end, index) => {
    const item = document.createElement("span");
    item.className = shade(end, ends);
    const range = from === end ? `${end}` : `${from}–${end}`;
    item.textContent = index === ends.length - 1 ? `${range} ${unit}` : range;
    from = whole ? end + 1 : end;
    target.append(item);
  });
}

/** What a unit says when pointed at, with the zones that lie on its ground. */
function words(unit, units, label) {
  const zones = [...units.values()].filter((other) => other.host === unit.code);
  return [unit, ...zones].map((one) => `${one.name} ${label} ${one.text}`).join("\n");
}

function linked(unit, units, label) {
  const link = element("a", { href: unit.address, tabindex: "-1" });
  link.append(element("title", {}, words(unit, units, label)));
  const light = (on) => () => {
    link.classList.toggle("is-lit", on);
    unit.line.classList.toggle("is-lit", on);
  };
  for (const part of [link, unit.line]) {
    part.addEventListener("pointerenter", light(true));
    part.addEventListener("pointerleave", light(false));
  }
  return link;
}

/** Names where there is room: the largest values first, none over another. */
function names(drawing, labels, size) {
  const taken = [];
  for (const { name, x, y, room = 0 } of labels.sort((one, other) => other.weight - one.weight)) {
    const half = (name.length * size) / 2 + 2;
    const box = [x - half, y - size, x + half, y + size * 0.4];
    const clash = taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
    if (clash || box[0] < 0 || box[2] > WIDTH) continue;
    taken.push(box);
    // Light letters only where the dark unit is wide enough to stand behind all of them.
    const place = { x: x.toFixed(1), y: y.toFixed(1), ...(room > half * 2 && { class: "on-dark" }) };
    drawing.append(element("text", place, name));
  }
}

async function draw(figure) {
  const { map, only, label, unit: measure } = figure.dataset;
  const units = unitsOf(document.querySelector(figure.dataset.units));
  const { features: all } = await read(map);
  const shapes = only ? all.filter((shape) => shape.properties.code === only) : all;
  const points = [...units.values()].filter((unit) => only && unit.point).sort((one, other) => one.value - other.value);
  if (!shapes.length || (only && !points.length)) return;

  // Villages lie close together in a wide township: there the drawing shows where they are, not the whole outline.
  const corners = shapes.flatMap((shape) => polygonsOf(shape).flatMap(([outer]) => outer));
  const { at, height } = only ? projection(points.map((unit) => unit.point), AROUND) : projection(corners);
  const drawing = element("svg", { viewBox: `0 0 ${WIDTH} ${height.toFixed(0)}` });
  const ends = steps(units);
  const labels = [];
  for (const shape of shapes) {
    const unit = units.get(shape.properties.code);
    const path = element("path", { d: outline(shape, at), "fill-rule": "evenodd" });
    if (!unit) {
      path.setAttribute("class", "outline");
      drawing.append(path);
      continue;
    }
    const colour = shade(unit.value, ends);
    path.setAttribute("class", colour);
    const link = linked(unit, units, label);
    link.append(path);
    drawing.append(link);
    if (shape.properties.cp) {
      const [x, y] = at(shape.properties.cp);
      const across = polygonsOf(shape).flatMap(([outer]) => outer.map((point) => at(point)[0]));
      const room = Math.max(...across) - Math.min(...across);
      labels.push({ name: unit.name, x, y, weight: unit.value ?? -1, room: /[45]$/.test(colour) ? room : 0 });
    }
  }
  for (const unit of points) {
    const [x, y] = at(unit.point);
    const link = linked(unit, units, label);
    link.append(element("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 7, class: shade(unit.value, ends) }));
    drawing.append(link);
    labels.push({ name: unit.name, x, y: y - 12, weight: unit.value ?? -1 });
  }
  figure.hidden = false;
  figure.querySelector(".map-drawing").replaceChildren(drawing);
  // Letters keep their size on the screen, whatever the drawing's.
  const size = parseFloat(getComputedStyle(figure).fontSize) * 0.86 * (WIDTH / (drawing.clientWidth || WIDTH));
  drawing.style.fontSize = `${size.toFixed(1)}px`;
  names(drawing, labels, size);
  legend(figure.querySelector(".map-legend"), ends, measure);
}

function drawIn(part) {
  for (const figure of part.querySelectorAll("[data-map]:not([data-drawn])")) {
    figure.dataset.drawn = "";
    // The ranking says the same in words: a map that cannot be had is simply not shown.
    draw(figure).catch((problem) => console.warn(problem));
  }
}

drawIn(document);
document.addEventListener("htmx:load", (event) => drawIn(event.detail.elt.parentElement ?? document));
