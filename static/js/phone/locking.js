// Encryption of all that is personal: AES-256-GCM under the key of the account, which lives in this page's memory only.
//
// Online the key comes from the server after sign-in. For the time without network a copy of it lies on the phone,
// wrapped by a passphrase (PBKDF2, SHA-256); ten wrong tries throw the copy away, and nothing else.

import * as database from "./database.js";

const ROUNDS = 600000;
const TRIES = 10;
const SHORTEST = 6;
const coded = new TextEncoder();
let held = null;

export const supported = () => Boolean(window.isSecureContext && window.crypto?.subtle);
export const owner = () => held?.account ?? null;
export const isOpen = () => held !== null;

export function close() {
  held = null;
}

export const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export function toText(bytes) {
  const parts = [];
  const view = new Uint8Array(bytes);
  for (let start = 0; start < view.length; start += 32768) {
    parts.push(String.fromCharCode(...view.subarray(start, start + 32768)));
  }
  return btoa(parts.join(""));
}

const imported = (bytes, extractable) =>
  crypto.subtle.importKey("raw", bytes, "AES-GCM", extractable, ["encrypt", "decrypt"]);

export async function openWith(account, text) {
  held = { account, key: await imported(toBytes(text), false) };
}

// What is sealed for one thing of one account opens as nothing else.
const options = (iv, account, bound) => ({ name: "AES-GCM", iv, additionalData: coded.encode(`${account}/${bound}`) });

export async function seal(bound, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt(options(iv, held.account, bound), held.key, bytes) };
}

export const unseal = (bound, sealed) =>
  crypto.subtle.decrypt(options(sealed.iv, held.account, bound), held.key, sealed.data);

export const sealObject = (bound, value) => seal(bound, coded.encode(JSON.stringify(value)));

export async function unsealObject(bound, sealed) {
  return JSON.parse(new TextDecoder().decode(await unseal(bound, sealed)));
}

// --- the copy for the time without network ---

async function wrapping(words, salt) {
  const base = await crypto.subtle.importKey("raw", coded.encode(words.normalize("NFKC")), "PBKDF2", false, [
    "deriveKey",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

export const longEnough = (words) => [...words].length >= SHORTEST;

// Keep a copy of the key (Base64, as the server told it) under a passphrase.
export async function keepCopy(account, label, text, words) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await imported(toBytes(text), true);
  const wrapped = await crypto.subtle.wrapKey("raw", key, await wrapping(words, salt), options(iv, account, "key"));
  await database.put("accounts", { id: account, label, salt, iv, wrapped, tries: TRIES });
}

export async function copies() {
  return (await database.all("accounts")).filter((row) => row.wrapped);
}

// Open by the passphrase: the tries left, or -1 when it was right. A try counts before it is made.
export async function openBy(account, words) {
  const row = await database.get("accounts", account);
  if (!row?.wrapped) return 0;
  const tries = row.tries - 1;
  await database.change("accounts", account, { tries });
  try {
    const how = options(row.iv, account, "key");
    const key = await crypto.subtle.unwrapKey(
      "raw", row.wrapped, await wrapping(words, row.salt), how, "AES-GCM", false, ["encrypt", "decrypt"],
    );
    held = { account, key };
    await database.change("accounts", account, { tries: TRIES });
    return -1;
  } catch {
    if (tries <= 0) await database.change("accounts", account, { wrapped: null, salt: null, iv: null });
    return Math.max(tries, 0);
  }
}
