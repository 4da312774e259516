// What is kept on the phone: IndexedDB, a few promises around it. Nothing personal is written here in clear.
//
// accounts    id, label, wrapped key with its salt and the tries left
// entries     id (the UUID of the visit), account, at (ms), state, reason, visit (the server's number), sealed
// photos      key "entry/number", entry, account, number, size, sha256, state, reason, sealed
// households  account, sealed; under "account/forms" the on-site forms to fill

const NAME = "diary";
const VERSION = 1;
let opened = null;

export function supported() {
  try {
    return Boolean(window.indexedDB);
  } catch {
    return false;
  }
}

function make(database) {
  database.createObjectStore("accounts", { keyPath: "id" });
  database.createObjectStore("households", { keyPath: "account" });
  for (const [name, keyPath, indexes] of [
    ["entries", "id", ["account"]],
    ["photos", "key", ["account", "entry"]],
  ]) {
    const store = database.createObjectStore(name, { keyPath });
    for (const index of indexes) store.createIndex(index, index);
  }
}

export function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => make(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
  });
  return opened;
}

// One transaction; what `work` asked for last is the answer, once everything is written.
async function within(stores, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode);
    const asked = work((name) => transaction.objectStore(name));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error ?? asked?.error ?? new Error("aborted"));
  });
}

export const get = (store, key) => within(store, "readonly", (of) => of(store).get(key));
export const all = (store) => within(store, "readonly", (of) => of(store).getAll());
export const where = (store, index, value) =>
  within(store, "readonly", (of) => of(store).index(index).getAll(value));
export const put = (store, row) => within(store, "readwrite", (of) => of(store).put(row));
export const remove = (store, key) => within(store, "readwrite", (of) => of(store).delete(key));

// Change some values of a row as it is now; nothing happens to a row that has gone.
export function change(store, key, values) {
  return within(store, "readwrite", (of) => {
    const asked = of(store).get(key);
    asked.onsuccess = () => {
      if (asked.result) of(store).put({ ...asked.result, ...values });
    };
    return asked;
  });
}

export const isFull = (error) => error?.name === "QuotaExceededError";
