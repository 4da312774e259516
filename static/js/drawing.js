// What every drawing of a map is made of: a file's shapes, a projection, an outline, an element of SVG.

import { features } from "./topology.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 8;
const files = new Map();

export const WIDTH = 640;
export const AROUND = 0.03; // degrees left free around villages

/** The shapes of a file of static/maps, read once. */
export function read(address) {
  if (!files.has(address)) {
    files.set(
      address,
      fetch(address, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
        return answer.json().then(features);
      }),
    );
  }
  return files.get(address);
}

export function element(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

export function polygonsOf({ geometry }) {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

/** A projection of points onto the drawing: degrees of longitude shrunk as they are in the middle of the map. */
export function projection(points, around = 0) {
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (const [lon, lat] of points) {
    bounds.left = Math.min(bounds.left, lon - around);
    bounds.right = Math.max(bounds.right, lon + around);
    bounds.bottom = Math.min(bounds.bottom, lat - around * 0.7);
    bounds.top = Math.max(bounds.top, lat + around * 0.7);
  }
  const shrink = Math.cos((((bounds.bottom + bounds.top) / 2) * Math.PI) / 180);
  const width = (bounds.right - bounds.left) * shrink;
  const height = bounds.top - bounds.bottom;
  // Tall shapes are drawn narrower, so that the map never becomes longer than the list beside it.
  const scale = Math.min((WIDTH - 2 * MARGIN) / width, (WIDTH * 0.85 - 2 * MARGIN) / height);
  const shift = (WIDTH - width * scale) / 2;
  return {
    height: height * scale + 2 * MARGIN,
    at: ([lon, lat]) => [(lon - bounds.left) * shrink * scale + shift, (bounds.top - lat) * scale + MARGIN],
  };
}

export function outline(shape, at) {
  const line = (ring) => ring.map((point) => at(point).map((number) => number.toFixed(1)).join(",")).join("L");
  return polygonsOf(shape)
    .map((rings) => rings.map((ring) => `M${line(ring)}Z`).join(""))
    .join("");
}
