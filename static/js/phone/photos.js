// Photos of an entry: made small on the phone, kept encrypted, and read again to be shown or sent.

import * as database from "./database.js";
import * as exif from "./exif.js";
import * as locking from "./locking.js";
import { facts } from "./words.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.8;

export class NotAPhoto extends Error {}
export class TooLarge extends Error {}

async function drawn(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new NotAPhoto();
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new NotAPhoto();
  return new Uint8Array(await blob.arrayBuffer());
}

const hexadecimal = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Take a file into an entry under the next free number. Throws NotAPhoto, TooLarge, QuotaExceededError.
export async function take(entry, file) {
  const small = await drawn(file);
  const bytes = exif.withFacts(small, exif.read(new Uint8Array(await file.arrayBuffer())));
  if (bytes.length > facts.mostBytes) throw new TooLarge();
  const known = await of(entry);
  const used = new Set(known.map((photo) => photo.number));
  const number = [...Array(facts.slots).keys()].find((one) => !used.has(one));
  const key = `${entry}/${number}`;
  const row = {
    key, entry, number,
    account: locking.owner(),
    size: bytes.length,
    sha256: hexadecimal(await crypto.subtle.digest("SHA-256", bytes)),
    state: "waiting",
    reason: "",
    sealed: await locking.seal(key, bytes),
  };
  await database.put("photos", row);
  return row;
}

export async function of(entry) {
  const rows = await database.where("photos", "entry", entry);
  return rows.filter((row) => row.account === locking.owner()).sort((one, other) => one.number - other.number);
}

export const bytesOf = async (photo) => new Uint8Array(await locking.unseal(photo.key, photo.sealed));

export const addressOf = async (photo) =>
  URL.createObjectURL(new Blob([await bytesOf(photo)], { type: "image/jpeg" }));

export const discard = (photo) => database.remove("photos", photo.key);

// Every byte is with the server, which has not looked at it yet: it stays here until that is said.
export const whole = (photo, server) => database.change("photos", photo.key, { state: "whole", reason: "", server });

export const unsure = async () =>
  (await database.where("photos", "account", locking.owner())).filter((photo) => photo.state === "whole");

// To be sent once more from the beginning.
export const again = (photo) => database.change("photos", photo.key, { state: "waiting", reason: "" });

// The server has kept it: the picture itself leaves the phone.
export const done = (photo) => database.change("photos", photo.key, { state: "sent", reason: "", sealed: null });

export const refuse = (photo, reason) => database.change("photos", photo.key, { state: "refused", reason });
