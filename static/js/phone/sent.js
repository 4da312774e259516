// What the server has: the account's own diaries, the newest first.

import * as locking from "./locking.js";
import * as server from "./server.js";
import { day, element, part } from "./showing.js";
import { say } from "./words.js";

const SHOWN = 20;

function item(visit) {
  const head = element("div", { className: "line" },
    element("strong", { textContent: visit.head || visit.household_code || "" }),
    element("span", { className: "quiet", textContent: day(new Date(visit.visited_at)) }));
  const made = element("li", {}, head, element("p", { textContent: visit.summary ?? "" }));
  if (visit.photos?.length) {
    made.append(element("div", { className: "thumbnails" },
      ...visit.photos.map((key, at) => element("img", {
        src: `/api/v1/visit-photos/${key}/thumbnail/`, alt: say("photo", { n: at + 1 }), loading: "lazy",
      }))));
  }
  made.append(element("p", {}, element("a", { href: `/visits/${visit.id}/`, textContent: say("open") })));
  return made;
}

export async function show() {
  const [words, holder] = [part("sent-words"), part("visits")];
  try {
    const { status, data } = await server.get(`visits/?author=${locking.owner()}&page_size=${SHOWN}`);
    const found = status === 200 ? data.results : [];
    words.textContent = found.length ? "" : say("nothingSent");
    holder.replaceChildren(...found.map(item));
  } catch {
    words.textContent = say("sentOffline");
    holder.replaceChildren();
  }
}
