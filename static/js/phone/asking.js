// The questions of an on-site form, and the signature under it.

import { element, part } from "./showing.js";
import { say } from "./words.js";

const SPAN = 1000;
const MOST_POINTS = 3900;
const option = ([value, words]) => element("option", { value, textContent: words });

function input(question, at, answer) {
  const id = `answer-${at}`;
  const options = {
    yes_no: () => [["yes", say("yes")], ["no", say("no")]],
    choice: () => question.choices.map((one) => [one, one]),
  }[question.kind]?.();
  const made = options
    ? element("select", { id }, ...[["", say("choose")], ...options].map(option))
    : element("input", { id, type: "text", maxLength: 500, inputMode: question.kind === "number" ? "decimal" : "text" });
  made.value = answer ?? "";
  made.dataset.answer = at;
  return made;
}

// Show the questions of a form with what was answered.
export function ask(content) {
  part("questions").replaceChildren(
    ...(content.questions ?? []).map((question, at) =>
      element("div", { className: "field" },
        element("label", { htmlFor: `answer-${at}`, textContent: question.text },
          question.required ? element("span", { className: "required", textContent: " *", ariaHidden: "true" }) : ""),
        input(question, at, content.answers?.[at]))),
  );
}

// --- the signature ---

let strokes = [];
let drawing = null;
let changed = () => {};

function draw() {
  const canvas = part("signature");
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  Object.assign(pen, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(canvas).color });
  for (const stroke of strokes) {
    pen.beginPath();
    for (const [x, y] of stroke) pen.lineTo((x * canvas.width) / SPAN, (y * canvas.height) / SPAN);
    pen.stroke();
  }
}

function pointOf(event) {
  const box = part("signature").getBoundingClientRect();
  const within = (value) => Math.max(0, Math.min(SPAN, Math.round(value * SPAN)));
  return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
}

function down(event) {
  if (strokes.flat().length >= MOST_POINTS) return;
  drawing = [pointOf(event)];
  strokes = [...strokes, drawing];
  part("signature").setPointerCapture(event.pointerId);
}

function move(event) {
  if (!drawing || strokes.flat().length >= MOST_POINTS) return;
  drawing.push(pointOf(event));
  draw();
}

function up() {
  if (!drawing) return;
  drawing = null;
  changed(strokes);
}

// Show the signature of an entry.
export function showSignature(content) {
  strokes = content.signature ?? [];
  draw();
}

// `keep(strokes)` is called whenever the signature has changed.
export function begin(keep) {
  changed = keep;
  const canvas = part("signature");
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, up);
  part("sign-again").addEventListener("click", () => {
    strokes = [];
    draw();
    changed(strokes);
  });
}
