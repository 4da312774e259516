// Entries on the phone, diaries and on-site forms alike: those of the account that is open, and of the others no more than how many there are.
//
// States: draft, waiting, failed (with a reason), kept (409: both contents are with the server), sent. What is being
// sent is told by `progress`, in memory: a page that dies while sending leaves a waiting entry behind.

import * as database from "./database.js";
import * as locking from "./locking.js";

const DAY = 24 * 3600 * 1000;
const SHOWN_AFTER_SENDING = 7 * DAY;
export const UNSENT = ["waiting", "failed"];
export const progress = new Map();
export const changes = new EventTarget();

const channel = window.BroadcastChannel ? new BroadcastChannel("diary") : null;
if (channel) channel.onmessage = () => changes.dispatchEvent(new Event("change"));

export function changed() {
  changes.dispatchEvent(new Event("change"));
  channel?.postMessage("change");
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const ofHousehold = ({ id, head, place, code }) => ({ household: id, head, place, code });

// A new draft about something, with its time by the phone and by a clock that nobody sets.
export async function begin(about) {
  const content = {
    ...about,
    visited_at: new Date().toISOString(),
    clock: { origin: performance.timeOrigin, at: performance.now() },
  };
  const row = { id: newId(), account: locking.owner(), at: Date.now(), state: "draft", reason: "", visit: null };
  await write(row, content);
  return { ...row, content };
}

// Write an entry's words; throws QuotaExceededError when the phone is full. The page asks once to keep it for good.
export async function write({ id, account, at, state, reason, visit }, content) {
  const sealed = await locking.sealObject(id, content);
  await database.put("entries", { id, account, at, state, reason, visit, sealed });
  navigator.storage?.persist?.();
}

export async function mark(id, values) {
  await database.change("entries", id, values);
  changed();
}

// The account's entries with their content, oldest first; `unreadable` are those that this key does not open.
export async function own() {
  const rows = await database.where("entries", "account", locking.owner());
  const found = [];
  let unreadable = 0;
  for (const row of rows.sort((one, other) => one.at - other.at)) {
    try {
      found.push({ ...row, content: await locking.unsealObject(row.id, row.sealed) });
    } catch {
      unreadable += 1;
    }
  }
  return { found, unreadable };
}

export async function read(id) {
  const row = await database.get("entries", id);
  if (!row || row.account !== locking.owner()) return null;
  return { ...row, content: await locking.unsealObject(row.id, row.sealed) };
}

export async function discard(id) {
  for (const photo of await database.where("photos", "entry", id)) await database.remove("photos", photo.key);
  await database.remove("entries", id);
  changed();
}

// How many wait, of this account (of all, while none is open) and of others; and for how many days the oldest has.
export async function standing(account) {
  const rows = (await database.all("entries")).filter((row) => UNSENT.includes(row.state));
  const mine = account === null ? rows : rows.filter((row) => row.account === account);
  const oldest = Math.min(...mine.map((row) => row.at));
  return {
    unsent: mine.length,
    others: rows.length - mine.length,
    days: mine.length ? Math.floor((Date.now() - oldest) / DAY) : 0,
  };
}

// Forget what was sent a week ago, unless the server has not looked at its photos yet.
export async function tidy() {
  const photos = await database.where("photos", "account", locking.owner());
  const unsure = new Set(photos.filter((photo) => photo.state === "whole").map((photo) => photo.entry));
  for (const row of await database.where("entries", "account", locking.owner())) {
    const over = row.state === "sent" || (row.state === "kept" && row.visit !== null);
    if (over && !unsure.has(row.id) && Date.now() - row.sent > SHOWN_AFTER_SENDING) await discard(row.id);
  }
}
