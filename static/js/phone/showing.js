// What every part of the page shows with: elements, notes, the three views, the count of what is not sent.

import { say } from "./words.js";

export const part = (id) => document.getElementById(id);

export function element(tag, values = {}, ...children) {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

export const button = (words, act, style = "button") =>
  element("button", { type: "button", className: style, textContent: words, onclick: act });

// Notes stand until they are no longer true; each kind has one place. Kinds: "", "bad", "good".
export function note(name, words, kind = "", link = null) {
  const holder = part(kind === "bad" ? "alarm" : "notes");
  document.querySelector(`[data-note="${name}"]`)?.remove();
  if (!words) return;
  const shown = element("p", { className: `note${kind ? ` note-${kind}` : ""}` }, words);
  shown.dataset.note = name;
  if (link) shown.append(" ", element("a", { href: link.href, textContent: link.words }));
  holder.append(shown);
}

// A note that goes by itself.
export function passing(words, kind = "good") {
  note("passing", words, kind);
  setTimeout(() => note("passing", ""), 6000);
}

export function line(state, words) {
  part("line").textContent = words;
  part("line").dataset.state = state;
}

export const VIEWS = ["write", "queue", "sent"];
export const wanted = () => VIEWS.find((name) => `#${name}` === location.hash) ?? "write";

export function show(name) {
  for (const one of [...VIEWS, "gate"]) part(one).hidden = one !== name;
  for (const link of part("tabs").querySelectorAll("a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

export function count({ unsent, others, days }) {
  part("count").hidden = !unsent;
  part("count").textContent = unsent || "";
  document.title = unsent ? `(${unsent}) ${say("title")}` : say("title");
  if (unsent) navigator.setAppBadge?.(unsent)?.catch?.(() => {});
  else navigator.clearAppBadge?.()?.catch?.(() => {});
  note("oldest", days >= 3 ? say("oldest", { n: days }) : "", "bad");
  part("others").hidden = !others;
  part("others").textContent = others ? say("othersWait", { n: others }) : "";
}

export const clock = (moment) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(moment);

export const day = (moment) =>
  new Intl.DateTimeFormat(document.documentElement.lang, {
    month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
  }).format(moment);

export function distance(metres) {
  if (metres < 1000) return say("metres", { n: metres });
  return say("kilometres", { n: (metres / 1000).toFixed(metres < 10000 ? 1 : 0) });
}
