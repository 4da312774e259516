// The kinds of entries, and what of each goes where: a diary to a household, and an on-site form of an inspection.

import { facts } from "./words.js";

export const VISIT = "visit";
export const FORM = "form";
export const kindOf = (content) => content.kind ?? VISIT;

// What is typed into the fields of the same names, by kind.
export const TEXTS = {
  [VISIT]: ["text", "situation", "help_given", "policies", "persons_met", "problem"],
  [FORM]: ["remark", "problem_fact", "problem_area", "problem_level", "signed_by"],
};

const PLACED = ["lon", "lat", "accuracy"];

function visitBody({ id, account, content }) {
  const body = {
    client_id: id,
    written_by: account,
    household: content.household,
    visited_at: content.visited_at,
    offline: content.offline ?? false,
    sent_at: new Date().toISOString(),
    problem_solved: content.problem_solved ?? null,
    no_position: content.no_position ?? "",
  };
  for (const name of TEXTS[VISIT]) body[name] = content[name] ?? "";
  for (const name of PLACED) body[name] = content[name] ?? null;
  // The same page is still open: so many seconds have passed at the least, whatever the phone's clock says.
  if (content.clock?.origin === performance.timeOrigin) body.age = (performance.now() - content.clock.at) / 1000;
  return body;
}

function formBody({ id, account, content }) {
  const body = {
    client_id: id,
    written_by: account,
    unit: content.unit,
    written_at: content.visited_at,
    offline: content.offline ?? false,
    answers: content.questions.map((_question, at) => content.answers?.[at] ?? ""),
    signature: content.signature ?? [],
  };
  for (const name of TEXTS[FORM]) body[name] = content[name] ?? "";
  for (const name of PLACED) body[name] = content[name] ?? null;
  return body;
}

const SENT = {
  [VISIT]: { path: "visits/", body: visitBody, foreign: "notYours" },
  [FORM]: { path: "site-forms/", body: formBody, foreign: "notYourUnit" },
};

// Where an entry is sent, what is sent, and the word for an answer of 404.
export const sent = (content) => SENT[kindOf(content)];

// What an entry says first, to know it by.
export const summary = (content) => (kindOf(content) === FORM ? content.remark : content.text) ?? "";

// What of an entry is missing: the id of the field and the word for it, or nothing.
export function missing(content) {
  if (kindOf(content) === VISIT) return content.text?.trim() ? null : ["text", "needText"];
  const at = content.questions.findIndex((question, n) => question.required && !content.answers?.[n]?.trim());
  if (at >= 0) return [`answer-${at}`, "needAnswer"];
  if (content.problem_level && !content.problem_fact?.trim()) return ["problem_fact", "needFact"];
  if (content.problem_fact?.trim() && !content.problem_level) return ["problem_level", "needLevel"];
  if (content.problem_fact?.trim() && facts.areas.length && !content.problem_area) return ["problem_area", "needArea"];
  return null;
}
