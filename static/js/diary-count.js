// On a page of the platform: how many diaries of this account wait on this phone.

import * as database from "./phone/database.js";

async function tell(place) {
  const rows = await database.where("entries", "account", Number(place.dataset.account));
  const unsent = rows.filter((row) => row.state === "waiting" || row.state === "failed").length;
  place.hidden = !unsent;
  place.textContent = place.dataset.words.replace("{n}", unsent);
}

if (database.supported()) {
  for (const place of document.querySelectorAll("[data-unsent]")) tell(place).catch(() => {});
}
