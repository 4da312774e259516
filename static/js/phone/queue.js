// The queue: every diary and form that is not with the server yet, with its state and why; and what was sent lately.

import * as entries from "./entries.js";
import { summary } from "./kinds.js";
import * as locking from "./locking.js";
import * as photos from "./photos.js";
import { button, day, element, note, part } from "./showing.js";
import { say } from "./words.js";

const STATES = { waiting: "stateWaiting", failed: "stateFailed", kept: "stateKept", sent: "stateSent" };
let edit = () => {};

async function item(entry) {
  const { content } = entry;
  const sending = entries.progress.get(entry.id);
  const state = sending ? "sending" : entry.state;
  const all = await photos.of(entry.id);
  const done = all.filter((photo) => ["sent", "whole"].includes(photo.state)).length;
  const shown = element(
    "li",
    {},
    element("div", { className: "line" },
      element("strong", { textContent: content.head || content.code }),
      element("span", { className: `state state-${state}`, textContent: sending ? say("stateSending") : say(STATES[entry.state]) })),
    element("p", { className: "quiet" }, [day(new Date(content.visited_at)), content.place].join(" · ")),
    element("p", { className: "clamped", textContent: summary(content) }),
  );
  const details = [];
  if (all.length) details.push(say("photos", { done, all: all.length }));
  if (sending && sending !== say("stateSending")) details.push(sending);
  if (details.length) shown.append(element("p", { className: "quiet", textContent: details.join(" · ") }));
  if (entry.reason) shown.append(element("p", { className: "state-failed", textContent: entry.reason }));
  if (!sending && entries.UNSENT.includes(entry.state)) shown.append(acts(entry));
  shown.dataset.state = state;
  return shown;
}

function acts(entry) {
  const row = element("div", { className: "row" });
  if (entry.visit === null) row.append(button(say("edit"), () => edit(entry)));
  if (entry.state === "failed") {
    row.append(button(say("remove"), async () => {
      if (window.confirm(say("sureEntry"))) await entries.discard(entry.id);
    }));
  }
  return row;
}

export async function show() {
  const holder = part("entries");
  part("passphrase-part").hidden = !locking.isOpen();
  part("send").hidden = !locking.isOpen();
  if (!locking.isOpen()) {
    const { unsent } = await entries.standing(null);
    holder.replaceChildren(element("li", { textContent: unsent ? say("unsent", { n: unsent }) : say("nothingWaiting") }));
    return;
  }
  const { found, unreadable } = await entries.own();
  note("unreadable", unreadable ? say("unreadable", { n: unreadable }) : "", "bad");
  const listed = found.filter((entry) => entry.state !== "draft").reverse();
  listed.sort((one, other) => Number(entries.UNSENT.includes(other.state)) - Number(entries.UNSENT.includes(one.state)));
  const items = await Promise.all(listed.map(item));
  if (!items.length) items.push(element("li", { className: "quiet", textContent: say("nothingWaiting") }));
  holder.replaceChildren(...items);
}

// `change(entry)` opens an entry that is not with the server yet for writing again.
export function begin(change) {
  edit = change;
}
