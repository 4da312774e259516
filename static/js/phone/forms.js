// The on-site forms that the account fills: asked for when there is a network, kept encrypted for when there is none.

import * as database from "./database.js";
import { FORM } from "./kinds.js";
import * as locking from "./locking.js";
import * as server from "./server.js";
import { element, part } from "./showing.js";
import { facts, say } from "./words.js";

let known = { results: [], areas: [], levels: [] };
const key = () => `${locking.owner()}/forms`;

function take(told) {
  known = told;
  facts.areas = told.areas;
}

// What was kept last time; nothing for another account's key.
export async function load() {
  take({ results: [], areas: [], levels: [] });
  const row = await database.get("households", key());
  if (row) take(await locking.unsealObject("forms", row.sealed).catch(() => known));
}

export async function refresh() {
  const { status, data } = await server.get("phone/inspections/");
  if (status !== 200) return;
  take(data);
  await database.put("households", { account: key(), sealed: await locking.sealObject("forms", data) });
}

const option = ({ value, label }) => element("option", { value, textContent: label });

// The choices of a problem, as the platform has them.
export function offerChoices() {
  const none = { value: "", label: say("noProblem") };
  part("problem_level").replaceChildren(...[none, ...known.levels].map(option));
  part("problem_area").replaceChildren(...[{ value: "", label: say("choose") }, ...known.areas].map(option));
  part("problem_area").closest(".field").hidden = !known.areas.length;
}

const contentOf = (sample, unit) => ({
  kind: FORM,
  unit: unit.id,
  head: unit.name,
  code: unit.code,
  place: unit.place,
  title: sample.title,
  questions: sample.questions,
  answers: [],
});

// Whether there is any form to fill.
export const any = () => known.results.length > 0;

// The units to visit that match, those that are filled last; `chosen(content)` begins a form about one.
export function show(words, chosen) {
  const wanted = words.trim().toLowerCase();
  const matches = (unit) => [unit.name, unit.code, unit.place].some((text) => text.toLowerCase().includes(wanted));
  const items = known.results.flatMap((sample) =>
    sample.units.filter(matches).sort((one, other) => one.done - other.done).map((unit) => {
      const made = element("button", { type: "button", className: "choice" },
        element("span", { className: "line" },
          element("strong", { textContent: unit.name }),
          element("span", { className: "quiet", textContent: unit.done ? say("unitDone") : "" })),
        element("span", { className: "quiet clamped", textContent: `${sample.title} · ${unit.place}` }));
      made.addEventListener("click", () => chosen(contentOf(sample, unit)));
      return element("li", { className: "whole" }, made);
    }));
  part("forms-part").hidden = !known.results.length;
  part("forms").replaceChildren(...items);
}
