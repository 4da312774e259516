// The queue as a file, and back: encrypted as it lies here, so that only the account that wrote it opens it anywhere.

import * as database from "./database.js";
import * as entries from "./entries.js";
import * as locking from "./locking.js";
import { element } from "./showing.js";
import { say } from "./words.js";

const KIND = "visit-diary-queue";

const packed = (row) => ({
  ...row,
  sealed: row.sealed && { iv: locking.toText(row.sealed.iv), data: locking.toText(row.sealed.data) },
});

const unpacked = (row) => ({
  ...row,
  sealed: row.sealed && { iv: locking.toBytes(row.sealed.iv), data: locking.toBytes(row.sealed.data).buffer },
});

// Hand out a file of all that is unsent, drafts included: one's own, or all while nobody's is open. How many entries.
export async function save() {
  const mine = (row) => !locking.isOpen() || row.account === locking.owner();
  const rows = (await database.all("entries")).filter((row) => mine(row) && ["draft", ...entries.UNSENT].includes(row.state));
  if (!rows.length) return 0;
  // In parts: one text of all photos might be longer than a text may be.
  const parts = [`{"kind":"${KIND}","version":1,"entries":${JSON.stringify(rows.map(packed))},"photos":[`];
  for (const row of rows) {
    for (const photo of await database.where("photos", "entry", row.id)) {
      if (parts.length > 1) parts.push(",");
      parts.push(JSON.stringify(packed(photo)));
    }
  }
  parts.push("]}");
  const address = URL.createObjectURL(new Blob(parts, { type: "application/json" }));
  const link = element("a", { href: address, download: `${say("fileName")}-${new Date().toISOString().slice(0, 10)}.json` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return rows.length;
}

// Take a file back in; what is here already stays as it is. How many entries came, and how many are another account's.
export async function load(file) {
  const told = JSON.parse(await file.text());
  if (told?.kind !== KIND || told.version !== 1) throw new SyntaxError("another file");
  const known = new Set((await database.all("entries")).map((row) => row.id));
  const fresh = told.entries.filter((row) => !known.has(row.id));
  const ids = new Set(fresh.map((row) => row.id));
  for (const photo of told.photos) {
    if (ids.has(photo.entry)) await database.put("photos", unpacked(photo));
  }
  for (const row of fresh) await database.put("entries", unpacked(row));
  entries.changed();
  return { taken: fresh.length, foreign: fresh.filter((row) => row.account !== locking.owner()).length };
}
