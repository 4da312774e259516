// The sentences and facts that the page brings along: no language is written in a script.

const read = (name) => JSON.parse(document.getElementById(name).textContent);

export const facts = read("facts");
const words = read("words");

export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_whole, key) => String(values[key] ?? ""));
}
