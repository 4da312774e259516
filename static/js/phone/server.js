// Asking the platform: who is signed in, and the API with its token. An answer that never comes is an error of its own.

import { facts } from "./words.js";

const PATIENCE = 30000;

export class Unreachable extends Error {}
export class SignedOut extends Error {}

let token = "";
let reached = true;

// Whether the last question was answered, and nothing has been heard of the network since.
export const isReached = () => reached && navigator.onLine;

async function answer(path, options, patience) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  try {
    const response = await fetch(facts.api + path, {
      credentials: "same-origin", cache: "no-store", ...options, signal: control.signal,
    });
    const data = (response.headers.get("Content-Type") ?? "").includes("json") ? await response.json() : null;
    reached = true;
    return { status: response.status, data };
  } catch {
    reached = false;
    throw new Unreachable();
  } finally {
    clearTimeout(timer);
  }
}

async function asked(path, options = {}, patience = PATIENCE) {
  const told = await answer(path, options, patience);
  if (told.status === 401) throw new SignedOut();
  return told;
}

// Who is signed in: {account, name, username}. Throws SignedOut, Unreachable.
export async function session() {
  const { status, data } = await asked("session/");
  if (status !== 200) throw status < 500 ? new SignedOut() : new Unreachable();
  token = data.csrf;
  return data;
}

export const get = (path) => asked(path);

export const post = (path, body) =>
  asked(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });

// The key of the account in Base64, as it is given to this session.
export async function key() {
  const { status, data } = await post("phone/key/", {});
  if (status !== 200) throw new Unreachable();
  return data;
}

export const whole = (path, bytes) =>
  asked(
    path,
    { method: "PUT", headers: { "Content-Type": "application/octet-stream", "X-CSRFToken": token }, body: bytes },
    10 * PATIENCE,
  );

export const piece = (photo, offset, bytes, checksum) =>
  asked(
    `visit-photos/${photo}/data/`,
    {
      method: "PUT",
      headers: {
        "Content-Type": "application/octet-stream",
        "X-CSRFToken": token,
        "Upload-Offset": String(offset),
        "Upload-Checksum": `sha256 ${checksum}`,
      },
      body: bytes,
    },
    10 * PATIENCE,
  );
