// The little that the shell does by itself: menus that close, the drawer, switches, keys, clean addresses.
"use strict";

const root = document.documentElement;

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // The choice then holds for this page only.
  }
}

const pressed = {
  theme: () => root.dataset.bsTheme === "dark",
  type: () => root.dataset.type === "large",
};

function showSwitches() {
  for (const [name, isOn] of Object.entries(pressed)) {
    for (const button of document.querySelectorAll(`[data-action="${name}"]`)) {
      button.setAttribute("aria-pressed", String(isOn()));
    }
  }
}

const actions = {
  menu() {
    const open = document.body.classList.toggle("menu-open");
    document.querySelector(".menu-button")?.setAttribute("aria-expanded", String(open));
  },
  theme() {
    root.dataset.bsTheme = pressed.theme() ? "light" : "dark";
    remember("theme", root.dataset.bsTheme);
    showSwitches();
  },
  type() {
    root.dataset.type = pressed.type() ? "" : "large";
    remember("type", root.dataset.type);
    showSwitches();
  },
  print() {
    window.print();
  },
};

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-action]");
  if (target) actions[target.dataset.action]?.(target);
  for (const open of document.querySelectorAll("details.pop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.pop[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else if (document.body.classList.contains("menu-open")) {
      actions.menu();
    }
    return;
  }
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (wanted) {
    event.preventDefault();
    wanted.focus();
    wanted.select?.();
  }
});

// A jump opens the part it leads to; on paper every part stands open.
document.addEventListener("click", (event) => {
  const jump = event.target.closest(".jumps a");
  const folded = jump && document.querySelector(`${jump.hash} > details`);
  if (folded) folded.open = true;
});

let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll(".fold:not(.no-print) > details:not([open])")];
  for (const folded of opened) folded.open = true;
});
window.addEventListener("afterprint", () => {
  for (const folded of opened) folded.open = false;
});

// Empty inputs of a filter form stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  for (const name of [...new Set(event.detail.formData.keys())]) {
    const values = event.detail.formData.getAll(name).filter((value) => value !== "");
    event.detail.formData.delete(name);
    values.forEach((value) => event.detail.formData.append(name, value));
  }
});

// A session that has ended answers with the sign-in page: go there with the whole window.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname.includes("sign-in")) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});

showSwitches();

// A page made to be printed asks for the printer when it is there.
if (document.querySelector("[data-print]")) window.addEventListener("load", () => window.print());
