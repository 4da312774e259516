// Writing one diary or on-site form: every field is kept on the phone a moment after it was touched.

import * as asking from "./asking.js";
import * as choosing from "./choosing.js";
import * as database from "./database.js";
import * as entries from "./entries.js";
import * as forms from "./forms.js";
import * as households from "./households.js";
import { TEXTS, kindOf, missing } from "./kinds.js";
import * as photos from "./photos.js";
import * as position from "./position.js";
import * as server from "./server.js";
import { button, clock, distance, element, note, part, passing } from "./showing.js";
import { facts, say } from "./words.js";

const PAUSE = 300;
let current = null;
let timer = 0;
let running = Promise.resolve();
let edits = 0;
let finished = () => {};

export const isOpen = () => current !== null;

// --- keeping ---

async function keep() {
  clearTimeout(timer);
  const entry = current;
  if (!entry) return true;
  const seen = edits;
  try {
    await entries.write(entry, entry.content);
    note("full", "");
    if (edits === seen) part("kept").textContent = say("saved", { time: clock(Date.now()) });
    return true;
  } catch (error) {
    part("kept").textContent = say("notSaved");
    if (!database.isFull(error)) throw error;
    note("full", say("full"), "bad");
    return false;
  }
}

// One after the other, so that an older content never comes last.
export function flush() {
  running = running.then(keep, keep);
  return running;
}

// What was typed since is not kept yet, whatever was said before.
function soon() {
  edits += 1;
  part("kept").textContent = "";
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
}

// --- fields ---

// A moment as the field shows it: by the phone's clock, without seconds.
function local(moment) {
  const date = new Date(moment);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60000);
  return shifted.toISOString().slice(0, 16);
}

function fill() {
  const { content } = current;
  for (const holder of part("diary").querySelectorAll("[data-kind]")) holder.hidden = holder.dataset.kind !== kindOf(content);
  forms.offerChoices();
  for (const name of Object.values(TEXTS).flat()) part(name).value = content[name] ?? "";
  asking.ask(content);
  asking.showSignature(content);
  for (const choice of document.getElementsByName("problem_solved")) {
    choice.checked = choice.value === String(content.problem_solved ?? "");
  }
  part("visited_at").value = local(content.visited_at);
  part("whom-name").textContent = content.head || content.code;
  part("whom-place").textContent = ` ${content.place}`;
  const known = households.byId(content.household);
  part("whom-last").textContent = content.title ?? [
    known?.promise && say("promise", { words: known.promise }),
    known?.problem && say("openProblem", { words: known.problem }),
  ].filter(Boolean).join(" · ");
  part("diary").querySelector("details.more").open = Boolean(content.situation || content.policies || content.persons_met);
  part("kept").textContent = "";
}

function typed({ target }) {
  if (!current) return;
  const { content } = current;
  target.closest(".field")?.classList.remove("wrong");
  if (target.dataset.answer) {
    content.answers = Object.assign([...(content.answers ?? [])], { [target.dataset.answer]: target.value });
  } else if (TEXTS[kindOf(content)].includes(target.name)) content[target.name] = target.value;
  else if (target.name === "problem_solved") content.problem_solved = { true: true, false: false }[target.value] ?? null;
  else if (target.name === "visited_at" && target.value) {
    content.visited_at = new Date(target.value).toISOString();
    content.clock = null; // told by hand: no other clock knows of it
  } else return;
  soon();
}

// --- position ---

function tellPosition() {
  const { content } = current;
  let words = "";
  if (content.no_position) words = say(content.no_position);
  if (content.lon !== undefined && content.lon !== null) {
    words = say("located", { accuracy: Math.round(content.accuracy) });
    const known = households.byId(content.household);
    if (known?.lon !== undefined && known.lon !== null) {
      const away = position.metres(content, known);
      if (away - content.accuracy > (known.of_village ? 5000 : 1000)) words = say("locatedFar", { distance: distance(away) });
    }
  }
  part("position").textContent = words;
}

async function locate() {
  const entry = current;
  part("position").textContent = say("locating");
  const found = await position.find();
  if (current !== entry) return;
  Object.assign(entry.content, { lon: null, lat: null, accuracy: null, no_position: "" }, found);
  tellPosition();
  await flush();
}

// --- photos ---

let shown = [];

async function showPhotos() {
  for (const address of shown) URL.revokeObjectURL(address);
  shown = [];
  const items = [];
  for (const photo of await photos.of(current.id)) {
    const address = await photos.addressOf(photo);
    shown.push(address);
    const n = items.length + 1;
    const away = button("✕", async () => {
      await photos.discard(photo);
      await showPhotos();
    }, "");
    away.setAttribute("aria-label", say("removePhoto", { n }));
    items.push(element("li", {}, element("img", { src: address, alt: say("photo", { n }) }), away));
  }
  part("photos").replaceChildren(...items);
}

async function takePhotos({ target }) {
  const files = [...target.files];
  target.value = "";
  await flush();
  for (const file of files) {
    if ((await photos.of(current.id)).length >= facts.slots) {
      passing(say("tooManyPhotos", { n: facts.slots }), "bad");
      break;
    }
    part("kept").textContent = say("reading");
    try {
      await photos.take(current.id, file);
      part("kept").textContent = say("saved", { time: clock(Date.now()) });
    } catch (error) {
      part("kept").textContent = "";
      if (database.isFull(error)) note("full", say("photoFull"), "bad");
      else if (error instanceof photos.NotAPhoto) passing(say("notAPhoto", { name: file.name }), "bad");
      else if (error instanceof photos.TooLarge) passing(say("photoLarge", { name: file.name }), "bad");
      else throw error;
    }
    await showPhotos();
  }
}

// --- beginning and ending ---

export async function open(entry) {
  current = entry;
  part("choose").hidden = true;
  part("diary").hidden = false;
  fill();
  tellPosition();
  await showPhotos();
  window.scrollTo(0, 0);
  part(entry.content.kind ? "whom" : "text").focus({ preventScroll: true });
  if (entry.content.lon === undefined && !entry.content.no_position) locate();
}

export async function leave() {
  if (current) await flush();
  current = null;
}

async function finish(event) {
  event.preventDefault();
  const { content } = current;
  const wrong = missing(content) ?? (part("visited_at").value ? null : ["visited_at", "needTime"]);
  if (wrong) {
    const [name, words] = wrong;
    part(name).closest(".field").classList.add("wrong");
    passing(say(words), "bad");
    part(name).focus();
    return;
  }
  content.offline = !server.isReached();
  Object.assign(current, { state: "waiting", reason: "" });
  if (!(await flush())) {
    current.state = "draft";
    return;
  }
  current = null;
  entries.changed();
  passing(say("queued"));
  finished();
}

async function throwAway() {
  if (!window.confirm(say("sureDraft"))) return;
  clearTimeout(timer);
  const { id } = current;
  current = null;
  await running;
  await entries.discard(id);
  passing(say("thrownAway"));
  await choosing.show();
}

// `done()` is called when a diary goes to the queue.
export function begin(done) {
  finished = done;
  const form = part("diary");
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("submit", finish);
  asking.begin((strokes) => {
    if (!current) return;
    current.content.signature = strokes;
    soon();
  });
  part("locate").addEventListener("click", locate);
  part("camera").addEventListener("change", takePhotos);
  part("album").addEventListener("change", takePhotos);
  part("throw-away").addEventListener("click", throwAway);
  part("later").addEventListener("click", async () => {
    await leave();
    await choosing.show();
  });
  for (const name of ["pagehide", "visibilitychange"]) {
    addEventListener(name, () => {
      if (current) flush();
    });
  }
}
