// Sending what waits: the words first, then the photos in pieces, each as often as it takes. The server stores once.

import * as entries from "./entries.js";
import * as kinds from "./kinds.js";
import * as locking from "./locking.js";
import * as photos from "./photos.js";
import * as server from "./server.js";
import { facts, say } from "./words.js";

export class OtherAccount extends Error {}
class Later extends Error {}

const SMALLEST = 16 * 1024;
const QUICK = 2000;
const SLOW = 15000;
const ATTEMPTS = 3;
let size = 64 * 1024; // of a piece: larger on a quick line, smaller on a slow one

const busy = (status) => status === 429 || status >= 500;
const reasonOf = (told) => told.data?.errors?.map((one) => one.message).join(" ") || told.data?.detail || String(told.status);

// Send everything of the account that is open; how many photos the server still has to look at. Throws SignedOut,
// OtherAccount, Unreachable, Later.
// Of two pages one sends at a time, where the browser knows locks.
export async function run({ again = false } = {}) {
  if (!navigator.locks) return sendAll(again);
  return navigator.locks.request("diary-sending", { ifAvailable: true }, (lock) => (lock ? sendAll(again) : null));
}

async function sendAll(again) {
  const session = await server.session();
  if (session.account !== locking.owner()) throw new OtherAccount();
  await confirm();
  const { found } = await entries.own();
  const wanted = again ? entries.UNSENT : ["waiting"];
  for (const { id } of found.filter((one) => wanted.includes(one.state))) {
    const entry = await entries.read(id);
    if (!entry || !wanted.includes(entry.state)) continue; // taken back for writing meanwhile
    try {
      await sendOne(entry);
    } finally {
      entries.progress.delete(entry.id);
      entries.changed();
    }
  }
  return (await photos.unsure()).length;
}

// Ask what became of photos that were not looked at yet: kept, refused, or lost and wanted again.
async function confirm() {
  for (const photo of await photos.unsure()) {
    const { status, data } = await server.get(`visit-photos/${photo.server}/data/`);
    if (busy(status)) throw new Later();
    if (status !== 200 || data.state === "receiving") {
      await photos.again(photo);
      await entries.mark(photo.entry, { state: "waiting" });
    } else if (data.state === "refused") {
      const reason = say(`refusal_${data.refusal}`);
      await photos.refuse(photo, reason);
      await entries.mark(photo.entry, { state: "failed", reason: say("refused", { reason }) });
    } else if (data.state === "done") {
      await photos.done(photo);
      entries.changed();
    }
  }
}

function tell(entry, words) {
  entries.progress.set(entry.id, words);
  entries.changed();
}

async function sendOne(entry) {
  tell(entry, say("stateSending"));
  let kept = false;
  if (entry.visit === null) {
    const { path, body, foreign } = kinds.sent(entry.content);
    const told = await server.post(path, body(entry));
    if (busy(told.status)) throw new Later();
    if (told.data?.errors?.some((one) => one.code === "other_account")) throw new OtherAccount();
    if (told.status === 409) {
      kept = true;
      entry.visit = told.data.current?.id ?? null;
    } else if (told.status === 200 || told.status === 201) {
      entry.visit = told.data.id;
    } else {
      const reason = told.status === 404 ? say(foreign) : reasonOf(told);
      await entries.mark(entry.id, { state: "failed", reason });
      return;
    }
    await entries.mark(entry.id, { visit: entry.visit });
  }
  const refused = entry.visit === null ? "" : await sendPhotos(entry);
  if (refused) await entries.mark(entry.id, { state: "failed", reason: refused });
  else await entries.mark(entry.id, { state: kept ? "kept" : "sent", reason: "", sent: Date.now() });
}

// Why a photo was not taken; empty when all of them are there.
async function sendPhotos(entry) {
  let refused = "";
  const all = await photos.of(entry.id);
  for (const photo of all) {
    if (["sent", "whole"].includes(photo.state)) continue;
    const send = kinds.kindOf(entry.content) === kinds.FORM ? sendWhole : sendPhoto;
    const { reason, state, id } = await send(entry, photo, all.indexOf(photo) + 1);
    if (reason) {
      await photos.refuse(photo, reason);
      refused ||= say("refused", { reason });
    } else if (state === "done") {
      await photos.done(photo);
    } else {
      await photos.whole(photo, id);
    }
  }
  return refused;
}

async function announced(entry, photo) {
  // Beside another content under the same id the number may be another photo's: then the next free one.
  for (let slot = photo.number; slot < facts.slots; slot += 1) {
    const told = await server.post(`visits/${entry.visit}/photos/`, { slot, size: photo.size, sha256: photo.sha256 });
    if (told.status !== 409) return told;
  }
  return { status: 409, data: { detail: say("tooManyPhotos", { n: facts.slots }) } };
}

// {reason} of a photo that was not taken, or {state, id}: "done", or "whole" when the server looks at it later.
async function sendPhoto(entry, photo, n) {
  let told = await announced(entry, photo);
  if (busy(told.status)) throw new Later();
  if (told.status > 201) return { reason: reasonOf(told) };
  const bytes = await photos.bytesOf(photo);
  const { id } = told.data;
  let { state, offset, refusal } = told.data;
  let attempts = 0;
  while (state === "receiving") {
    tell(entry, say("percent", { n, percent: Math.round((100 * offset) / photo.size) }));
    const piece = bytes.subarray(offset, offset + size);
    const started = performance.now();
    told = await sendPiece(id, offset, piece);
    const took = performance.now() - started;
    if (took < QUICK) size = Math.min(size * 2, facts.piece);
    else if (took > SLOW) size = Math.max(size / 2, SMALLEST);
    if (busy(told.status)) throw new Later();
    if (told.status === 409) ({ offset } = told.data);
    else if (told.status === 200) ({ state, offset, refusal } = told.data);
    if (told.status !== 200 || (state === "receiving" && offset < piece.length)) {
      // Not what was sent, or an upload that begins anew: a few times, then a person has to look.
      attempts += told.status === 200 && offset > 0 ? 0 : 1;
      if (attempts > ATTEMPTS) return { reason: reasonOf(told) };
    }
  }
  return state === "refused" ? { reason: say(`refusal_${refusal}`) } : { state, id };
}

// A photo of an on-site form: in one go, and looked at while one waits.
async function sendWhole(entry, photo, n) {
  tell(entry, say("percent", { n, percent: 0 }));
  const bytes = await photos.bytesOf(photo);
  const told = await server.whole(`site-forms/${entry.visit}/photos/?slot=${photo.number}`, bytes);
  if (busy(told.status)) throw new Later();
  return told.status > 201 ? { reason: reasonOf(told) } : { state: "done", id: told.data.id };
}

async function sendPiece(id, offset, piece) {
  const checksum = locking.toText(await crypto.subtle.digest("SHA-256", piece));
  try {
    return await server.piece(id, offset, piece, checksum);
  } catch (error) {
    if (error instanceof server.Unreachable) size = Math.max(size / 2, SMALLEST);
    throw error;
  }
}

// --- when ---

const WAITS = [15, 30, 60, 120, 300, 900, 2400];
let waited = 0;
let timer = 0;

// After this many seconds once more; ever later, so that a page left open keeps no session alive.
export function later(act) {
  clearTimeout(timer);
  timer = setTimeout(act, 1000 * WAITS[Math.min(waited, WAITS.length - 1)]);
  waited += 1;
}

export function rested() {
  clearTimeout(timer);
  waited = 0;
}

export const isLater = (error) => error instanceof Later;
