// Whom one writes about: drafts to go on with, on-site forms to fill, then households, by name, code or place and the nearest first.

import * as entries from "./entries.js";
import * as forms from "./forms.js";
import * as households from "./households.js";
import { summary } from "./kinds.js";
import * as position from "./position.js";
import * as server from "./server.js";
import { day, distance, element, part } from "./showing.js";
import { say } from "./words.js";

const SHOWN = 50;
const PAUSE = 400;
let here = null;
let chosen = () => {};
let timer = 0;

const quiet = (words) => (words ? element("span", { className: "quiet clamped", textContent: words }) : null);

function offer(household) {
  const away = household.metres !== undefined && Number.isFinite(household.metres);
  const head = element(
    "span",
    { className: "line" },
    element("strong", { textContent: household.head || household.code }),
    element("span", { className: "quiet", textContent: away ? say("away", { distance: distance(household.metres) }) : "" }),
  );
  const last = [
    household.visited_on && say("lastVisit", { day: household.visited_on }),
    household.promise && say("promise", { words: household.promise }),
    household.problem && say("openProblem", { words: household.problem }),
  ];
  const made = element("button", { type: "button", className: "choice" }, head, quiet(household.place), quiet(last.filter(Boolean).join(" · ")));
  made.addEventListener("click", async () => chosen(await entries.begin(entries.ofHousehold(household))));
  return element("li", { className: "whole" }, made);
}

function list(found) {
  const holder = part("households");
  holder.replaceChildren(...found.slice(0, SHOWN).map(offer));
  const carried = households.all().length;
  // Who is on his way with forms alone has no households to miss.
  if (!found.length && (carried || !forms.any())) {
    const words = carried ? say("noMatch") : say("noHouseholds");
    holder.append(element("li", { className: "quiet", textContent: words }));
  }
}

function look() {
  const words = part("search").value;
  const found = households.matching(words, here);
  list(found);
  forms.show(words, async (content) => chosen(await entries.begin(content)));
  clearTimeout(timer);
  if (!found.length && words.trim().length > 1 && server.isReached()) {
    timer = setTimeout(async () => {
      const more = await households.search(words.trim()).catch(() => []);
      if (more.length && part("search").value === words) list(more);
    }, PAUSE);
  }
}

async function drafts() {
  const { found } = await entries.own();
  const open = found.filter((entry) => entry.state === "draft");
  part("drafts-part").hidden = !open.length;
  part("drafts").replaceChildren(
    ...open.map((entry) => {
      const { head, code } = entry.content;
      const made = element(
        "button",
        { type: "button", className: "choice" },
        element("span", { className: "line" }, element("strong", { textContent: head || code }), element("span", { className: "quiet", textContent: day(entry.at) })),
        quiet(summary(entry.content)),
      );
      made.addEventListener("click", () => chosen(entry));
      return element("li", { className: "whole" }, made);
    }),
  );
}

export async function show() {
  part("choose").hidden = false;
  part("diary").hidden = true;
  look();
  await drafts();
  if (await position.isAllowed()) {
    const found = await position.find();
    if (found.lon !== undefined) {
      here = found;
      look();
    }
  }
}

// `open(entry)` is called with the draft that was begun or is gone on with.
export function begin(open) {
  chosen = open;
  part("search").addEventListener("input", look);
}
