// Keeps the live page fresh: asks every twelve seconds for what came in after the last visit shown, while somebody can
// see the page, and says so. Without this script the page is a plain one.

const WAIT = 12_000;
const LONGEST = 120_000;
const MOST = 200;

const said = document.getElementById("live-said");
const button = document.getElementById("live-switch");
let { after } = said.dataset;
let tag = "";
let wait = WAIT;
let timer = 0;
let stopped = false;

function say(text) {
  if (said.textContent !== text) said.textContent = text;
}

/** Put new rows on top and the units in their place; what the reader points at stays where it is. */
function show(part) {
  const rows = [...part.querySelectorAll("tbody[data-after] > tr")];
  const list = document.getElementById("live-rows");
  if (!list || part.querySelector("[data-more]")) {
    window.location.reload();
    return;
  }
  after = part.querySelector("[data-after]").dataset.after;
  for (const row of rows) row.className = "is-new";
  list.prepend(...rows);
  while (list.rows.length > MOST) list.lastElementChild.remove();
  for (const id of ["live-figures", "live-units"]) {
    const fresh = part.getElementById(id);
    const old = document.getElementById(id);
    if (old.contains(document.activeElement)) continue;
    old.replaceWith(fresh);
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: fresh } })); // the map draws itself anew
  }
  say(`${said.dataset.new}${rows.length}`);
}

async function ask() {
  const answer = await fetch(`${said.dataset.live}&after=${after}`, {
    headers: { "X-Unattended": "1", ...(tag && { "If-None-Match": tag }) },
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual",
  });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
    stopped = true;
    button.hidden = true;
    say(said.dataset.ended);
    return;
  }
  if (answer.status === 304) {
    say(said.dataset.waiting);
  } else if (answer.ok) {
    tag = answer.headers.get("ETag") ?? "";
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } else {
    throw new Error(String(answer.status));
  }
  wait = WAIT;
}

function later() {
  clearTimeout(timer);
  if (stopped || document.hidden) return;
  timer = setTimeout(async () => {
    try {
      await ask();
    } catch {
      wait = Math.min(wait * 2, LONGEST);
      say(said.dataset.failed);
    }
    later();
  }, wait);
}

button.addEventListener("click", () => {
  stopped = !stopped;
  button.textContent = stopped ? button.dataset.go : button.dataset.stop;
  say(stopped ? said.dataset.stopped : said.dataset.waiting);
  wait = WAIT;
  later();
});
document.addEventListener("visibilitychange", later);

button.hidden = false;
say(said.dataset.waiting);
later();
