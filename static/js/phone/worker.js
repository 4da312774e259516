// Keeps the page and its files, so that they open without network. `KEPT` (version, page, assets) is put before this by
// the server. Answers of the API are never kept: whatever is personal lies encrypted in IndexedDB.

const STORE = `phone-${KEPT.version}`;
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  const fresh = [...KEPT.assets, KEPT.page].map((address) => new Request(address, { cache: "no-cache" }));
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== STORE && name.startsWith("phone-")).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// The page as it is now, if that comes soon; otherwise as it was kept.
async function page(request) {
  const store = await caches.open(STORE);
  try {
    const response = await Promise.race([
      fetch(request),
      new Promise((_resolve, reject) => setTimeout(reject, PATIENCE)),
    ]);
    if (!response.ok) throw new Error(response.status);
    await store.put(KEPT.page, response.clone());
    return response;
  } catch {
    return (await store.match(KEPT.page)) ?? Response.error();
  }
}

async function asset(request) {
  const store = await caches.open(STORE);
  return (await store.match(request)) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && address.pathname === KEPT.page) event.respondWith(page(request));
  else if (KEPT.assets.includes(address.pathname)) event.respondWith(asset(request));
});
