// The households to write about: asked for when there is a network, kept encrypted for when there is none.

import * as database from "./database.js";
import * as locking from "./locking.js";
import { metres } from "./position.js";
import * as server from "./server.js";

let known = [];

export const all = () => known;

// What was kept last time; nothing for another account's key.
export async function load() {
  known = [];
  const row = await database.get("households", locking.owner());
  if (row) known = await locking.unsealObject("households", row.sealed).catch(() => []);
}

export async function refresh() {
  const { status, data } = await server.get("phone/households/");
  if (status !== 200) return;
  known = data.results;
  await database.put("households", {
    account: locking.owner(),
    sealed: await locking.sealObject("households", known),
  });
}

export const byId = (id) => known.find((one) => one.id === id);

// Beyond what is kept here, where there is a network.
export async function search(words) {
  const { status, data } = await server.get(`phone/households/?words=${encodeURIComponent(words)}`);
  return status === 200 ? data.results : [];
}

// Those that match, with `metres` from here where both positions are known; the nearest first, then as they were.
export function matching(words, here) {
  const wanted = words.trim().toLowerCase();
  const found = known.filter((one) => [one.head, one.code, one.place].some((text) => text.toLowerCase().includes(wanted)));
  if (!here) return found;
  const away = (one) => (one.lon === null ? Infinity : metres(here, one));
  return found
    .map((one) => ({ ...one, metres: away(one) }))
    .sort((one, other) => (one.metres === other.metres ? 0 : one.metres - other.metres));
}
