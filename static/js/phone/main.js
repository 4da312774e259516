// The diary's page: who is here, which part is shown, and when to send.

import * as carrying from "./carrying.js";
import * as choosing from "./choosing.js";
import * as database from "./database.js";
import * as entries from "./entries.js";
import * as forms from "./forms.js";
import * as households from "./households.js";
import * as locking from "./locking.js";
import * as queue from "./queue.js";
import * as sending from "./sending.js";
import * as sent from "./sent.js";
import * as server from "./server.js";
import { element, line, note, part, passing, show, count, wanted } from "./showing.js";
import { facts, say } from "./words.js";
import * as writing from "./writing.js";

let label = "";
let working = null;

// --- who is here ---

function gate(title, words, link) {
  part("gate-title").textContent = title;
  part("gate-words").textContent = words;
  part("gate-link").hidden = !link;
  if (link) Object.assign(part("gate-link"), { href: link.href, textContent: link.words });
  show("gate");
}

const SIGN_IN = { href: facts.signIn, get words() { return say("signIn"); } };

// Nobody is open: sign in, or the phone's passphrase where there is one.
async function closed({ signedOut }) {
  line(signedOut ? "signedOut" : "offline", signedOut ? "" : say("offline"));
  const kept = await locking.copies();
  part("unlock").hidden = !kept.length;
  part("unlock-who").hidden = kept.length < 2;
  part("unlock-account").replaceChildren(...kept.map((row) => element("option", { value: row.id, textContent: row.label })));
  part("tabs").hidden = false;
  await standing();
  const words = signedOut ? `${say("signedOut")} ${say("closed")}` : kept.length ? say("offline") : say("needNetwork");
  gate(say("title"), words, signedOut ? SIGN_IN : null);
  if (wanted() === "queue") {
    if (signedOut) note("session", words, "bad", SIGN_IN);
    await view();
  }
}

async function opened() {
  part("unlock").hidden = true;
  part("tabs").hidden = false;
  note("session", "");
  await remindOfPassphrase();
  await entries.tidy();
  await households.load();
  await forms.load();
  await view();
  await standing();
}

async function remindOfPassphrase() {
  const kept = (await locking.copies()).some((row) => row.id === locking.owner());
  const way = { href: "#queue", words: say("setPassphrase") };
  note("passphrase", kept ? "" : say("passphraseMissing"), "", way);
}

// Ask who is signed in, and open with the account's key; without a network by the passphrase.
async function begin() {
  try {
    const session = await server.session();
    if (locking.owner() !== session.account) await change(session);
    line("online", say("online"));
    await households.refresh().catch(() => {});
    await forms.refresh().catch(() => {});
    if (wanted() === "write" && !writing.isOpen()) await choosing.show();
    send();
  } catch (error) {
    if (locking.isOpen()) await told(error);
    else if (error instanceof server.SignedOut || error instanceof server.Unreachable) {
      await closed({ signedOut: error instanceof server.SignedOut });
    } else throw error;
  }
}

// Another account than before, or the first one: what was open is put away before anything of the new one is shown.
async function change(session) {
  await writing.leave();
  locking.close();
  const { account, key } = await server.key();
  await locking.openWith(account, key);
  label = session.username;
  await opened();
}

async function unlock(event) {
  event.preventDefault();
  const kept = await locking.copies();
  const account = kept.length < 2 ? kept[0]?.id : Number(part("unlock-account").value);
  const left = await locking.openBy(account, part("unlock-words").value);
  part("unlock-words").value = "";
  if (left < 0) {
    passing("");
    await opened();
    line("offline", say("offline"));
    send();
  } else if (left > 0) passing(say("passphraseWrong", { n: left }), "bad");
  else {
    passing(say("passphraseGone"), "bad");
    await begin();
  }
}

async function setPassphrase(event) {
  event.preventDefault();
  const [first, second] = [part("passphrase-1"), part("passphrase-2")];
  if (!locking.longEnough(first.value)) return passing(say("passphraseShort"), "bad");
  if (first.value !== second.value) return passing(say("passphraseSame"), "bad");
  try {
    const session = await server.session();
    if (session.account !== locking.owner()) throw new sending.OtherAccount();
    const { account, key } = await server.key();
    await locking.keepCopy(account, session.username || label, key, first.value);
  } catch (error) {
    return told(error);
  }
  first.value = second.value = "";
  part("passphrase-part").open = false;
  await remindOfPassphrase();
  return passing(say("passphraseSet"));
}

// --- what is shown ---

async function standing() {
  count(await entries.standing(locking.owner()));
}

async function view() {
  const name = wanted();
  if (name === "queue") {
    show(name);
    await queue.show();
  } else if (!locking.isOpen()) {
    show("gate");
  } else {
    show(name);
    if (name === "sent") await sent.show();
    else if (!writing.isOpen()) await choosing.show();
  }
}

// Several changes at once are one look.
let looking = null;
function changed() {
  looking ??= setTimeout(async () => {
    looking = null;
    await standing();
    if (wanted() === "queue" && !part("queue").hidden) await queue.show();
  }, 50);
}

// --- sending ---

// What went wrong, and what comes of it.
async function told(error) {
  if (error instanceof server.SignedOut) {
    line("signedOut", "");
    note("session", `${say("signedOut")} ${say("closed")}`, "bad", SIGN_IN);
  } else if (error instanceof sending.OtherAccount) {
    note("session", say("otherAccount"), "bad");
    await writing.leave();
    locking.close();
    await begin();
  } else if (error instanceof server.Unreachable) {
    line("offline", say("offline"));
    sending.later(send);
  } else if (sending.isLater(error)) {
    note("session", say("serverBusy"));
    sending.later(send);
  } else throw error;
}

async function attempt(again) {
  const before = (await entries.standing(locking.owner())).unsent;
  try {
    const unsure = await sending.run({ again });
    line("online", say("online"));
    note("session", "");
    if (unsure) sending.later(send);
    else sending.rested();
    const { unsent } = await entries.standing(locking.owner());
    if (before && !unsent) passing(say("allSent"));
    if (wanted() === "sent") await sent.show();
    return unsent < before;
  } catch (error) {
    await told(error);
    return false;
  }
}

function send(again = false) {
  if (!locking.isOpen()) return Promise.resolve();
  working ??= attempt(again === true).finally(() => {
    working = null;
  });
  return working;
}

// Somebody came back, or the network did: look again who is signed in, then send.
async function wake() {
  if (document.visibilityState === "hidden") return;
  sending.rested();
  if (!locking.isOpen()) return begin();
  try {
    const session = await server.session();
    if (session.account !== locking.owner()) throw new sending.OtherAccount();
    line("online", say("online"));
    return send();
  } catch (error) {
    return told(error);
  }
}

async function exportAll() {
  const n = await carrying.save();
  passing(n ? say("exported", { n }) : say("nothingToExport"));
}

async function importFile({ target }) {
  const [file] = target.files;
  target.value = "";
  try {
    const { taken, foreign } = await carrying.load(file);
    passing([say("imported", { n: taken }), foreign ? say("importForeign", { n: foreign }) : ""].join(" "));
    send();
  } catch (error) {
    if (database.isFull(error)) note("full", say("full"), "bad");
    else passing(say("notOurFile"), "bad");
  }
}

// --- the start ---

function listen() {
  choosing.begin(async (entry) => {
    location.hash = "#write";
    await writing.open(entry);
  });
  writing.begin(() => {
    location.hash = "#queue";
    send();
  });
  queue.begin(async (entry) => {
    await entries.mark(entry.id, { state: "draft", reason: "" });
    location.hash = "#write";
    await writing.open({ ...entry, state: "draft", reason: "" });
  });
  part("unlock").addEventListener("submit", unlock);
  part("passphrase").addEventListener("submit", setPassphrase);
  part("send").addEventListener("click", () => send(true));
  part("export").addEventListener("click", exportAll);
  part("import").addEventListener("change", importFile);
  entries.changes.addEventListener("change", changed);
  addEventListener("hashchange", view);
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  addEventListener("offline", () => line("offline", say("offline")));
  document.addEventListener("visibilitychange", wake);
}

async function start() {
  const plain = { href: facts.plainForm, words: part("write-title").textContent };
  if (!locking.supported() || !database.supported()) {
    const words = window.isSecureContext ? say("noKeeping") : say("insecure");
    return gate(say("title"), words, plain);
  }
  try {
    await database.open();
  } catch {
    return gate(say("title"), say("noKeeping"), plain);
  }
  // Where there are service workers the page opens without network, too.
  navigator.serviceWorker?.register(facts.worker, { scope: facts.page }).catch(() => {});
  listen();
  return begin();
}

start();
