// Security keys: asks the platform for a challenge, has a key answer it, and sends the answer with the form.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function decoded(options) {
  const found = { ...options, challenge: toBytes(options.challenge) };
  if (found.user) found.user = { ...found.user, id: toBytes(found.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    found[name] = (found[name] ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
  }
  return found;
}

function encoded(credential) {
  const { response } = credential;
  const told = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    told.attestationObject = toText(response.attestationObject);
    told.transports = response.getTransports?.() ?? [];
  } else {
    told.authenticatorData = toText(response.authenticatorData);
    told.signature = toText(response.signature);
    if (response.userHandle) told.userHandle = toText(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: told,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

function say(form, message) {
  const note = form.querySelector("[data-key-error]");
  note.querySelector("p").textContent = message;
  note.hidden = !message;
}

async function challenge(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(form.dataset.challenge, { method: "POST", headers: { "X-CSRFToken": token } });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.message), { name: "Refused" });
  return told;
}

async function ask(form) {
  if (!window.PublicKeyCredential || !navigator.credentials) return say(form, form.dataset.noKeys);
  if (form.dataset.keyForm === "create" && !form.reportValidity()) return undefined;
  say(form, "");
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const publicKey = decoded(await challenge(form));
    const credential = await navigator.credentials[form.dataset.keyForm]({ publicKey });
    form.querySelector("[name=answer]").value = encoded(credential);
    form.submit();
  } catch (error) {
    const words = { NotAllowedError: "givenUp", InvalidStateError: "known" };
    say(form, error.name === "Refused" ? error.message : form.dataset[words[error.name] ?? "failed"]);
    button.disabled = false;
    button.focus();
  }
  return undefined;
}

for (const form of document.querySelectorAll("[data-key-form]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}
