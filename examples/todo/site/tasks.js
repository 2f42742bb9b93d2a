import { BackpackError } from "/__backpack/sdk.js";
import { Journal, newKey } from "./journal.js";

/** Milliseconds before a change that could not be sent is tried again: from, growing to. */
const RETRY = [1_000, 30_000];

/**
 * The tasks of one user, with or without a network.
 *
 * A change is written into the journal, shown at once, and sent as soon as that is possible: in order, and by one tab
 * at a time. Sending one twice does no harm, since a new task has a key and all else says how something is to be, not how
 * it changes. So nothing is lost or doubled, wherever a page is closed or a connection is cut.
 */
export class Tasks {
  #client;
  #collection;
  #changed;
  #refused;
  #journal;
  /** Key of a task to its document. */
  #documents = new Map();
  /** Ids of removed documents: an older answer that is still on its way brings none of them back. */
  #gone = new Set();
  #sending;
  #wanted = false;
  #retry;
  #failures = 0;
  #ends = [];
  #stopped = false;

  /** `changed()`: look again. `refused(error)`: the API doesn't want a change, and it is taken back. */
  constructor(client, user, { changed, refused }) {
    this.#client = client;
    this.#collection = client.db.collection("tasks");
    this.#changed = changed;
    this.#refused = refused;
    this.#journal = new Journal(user.id);
    this.#recall();
  }

  /** Every task as the user wants it, the oldest first; `pending` where the API doesn't know yet. */
  get all() {
    return overlay([...this.#documents.values()], this.#journal.entries);
  }

  /** How many changes are still to be sent. */
  get waiting() {
    return this.#journal.entries.length;
  }

  get offline() {
    return !navigator.onLine || this.#failures > 0 || this.#client.realtime.status.state === "waiting";
  }

  add(title) {
    this.#write({ op: "create", key: newKey(), title, at: new Date().toISOString() });
  }

  mark(key, done) {
    this.#write({ op: "patch", key, patch: { done } });
  }

  remove(key) {
    this.#write({ op: "delete", key });
  }

  /** Follow the API, and other tabs, from now on. */
  start() {
    const heard = ({ state }) => {
      if (state === "open") this.send();
      this.#changed();
    };
    const stored = (event) => this.#journal.owns(event) && this.#recall();
    const network = () => {
      if (navigator.onLine) this.send();
      this.#changed();
    };
    addEventListener("storage", stored);
    addEventListener("online", network);
    addEventListener("offline", network);
    this.#ends.push(
      this.#client.realtime.onStatus(heard),
      () => removeEventListener("storage", stored),
      () => removeEventListener("online", network),
      () => removeEventListener("offline", network),
    );
    this.#follow().catch(() => {}); // the session has ended: the account's form says so
    this.send();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#retry);
    for (const end of this.#ends.splice(0)) end();
  }

  /** Leave nothing of it in this browser. */
  forget() {
    this.#journal.clear();
  }

  /** Send what waits; done when nothing does, or when it has to wait longer. */
  send() {
    this.#wanted = true;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll() {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      await oneTabAtATime(() => this.#drain());
    }
  }

  #write(entry) {
    this.#journal.write(entry);
    this.#changed();
    this.send();
  }

  async #drain() {
    clearTimeout(this.#retry);
    for (;;) {
      const [entry] = this.#journal.entries;
      if (!entry || this.#stopped) return;
      try {
        await this.#sendOne(entry);
      } catch (error) {
        if (!(error instanceof BackpackError)) throw error;
        if (isPassing(error)) return this.#later();
        if (error.status === 401) return; // kept until the user is back
        if (error.status === 404)
          this.#drop(this.#documents.get(entry.key)); // removed elsewhere
        else if (error.status !== 409) this.#refused(error); // 409: it is there already
      }
      this.#failures = 0;
      this.#journal.strike(entry);
      this.#changed();
    }
  }

  async #sendOne({ op, key, title, patch }) {
    const id = this.#documents.get(key)?.id;
    if (op === "create") this.#keep(await this.#collection.create({ key, title, done: false }, { key }));
    else if (!id)
      return; // removed elsewhere, or refused
    else if (op === "patch") this.#keep(await this.#collection.patch(id, patch));
    else this.#drop(await this.#collection.delete(id));
  }

  #later() {
    const [first, longest] = RETRY;
    const wait = Math.min(longest, first * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.send(), wait * (0.5 + Math.random() / 2));
    this.#changed();
  }

  /** Subscribe first and list then: nothing falls between. */
  async #follow() {
    const stop = await this.#collection.subscribe((event) => {
      if (event.type === "reset") this.#list().catch(() => {});
      else if (event.type === "delete") this.#drop(event.doc);
      else if (event.type !== "end") this.#keep(event.doc);
    });
    this.#ends.push(stop);
    await this.#list();
  }

  async #list() {
    const missing = new Set(this.#documents.keys());
    for await (const document of this.#collection.list({ limit: 200 })) {
      missing.delete(keyOf(document));
      this.#know(document);
    }
    for (const key of missing) this.#drop(this.#documents.get(key));
    this.#remember();
  }

  #keep(document) {
    this.#know(document);
    this.#remember();
  }

  #drop(document) {
    if (!document) return;
    this.#gone.add(document.id);
    for (const [key, one] of this.#documents) if (one.id === document.id) this.#documents.delete(key);
    this.#remember();
  }

  #know(document) {
    const known = this.#documents.get(keyOf(document));
    if (this.#gone.has(document.id) || known?.version > document.version) return;
    this.#documents.set(keyOf(document), document);
  }

  #remember() {
    this.#journal.documents = [...this.#documents.values()];
    this.#changed();
  }

  /** Take up what this browser has kept, or another tab has written down. */
  #recall() {
    for (const document of this.#journal.documents) this.#know(document);
    this.#changed();
  }
}

/** The documents as they will be once the entries have been sent. */
export function overlay(documents, entries) {
  const tasks = new Map(
    documents.map((document) => [keyOf(document), { ...document, key: keyOf(document) }]),
  );
  for (const { op, key, title, at, patch } of entries) {
    const task = tasks.get(key);
    if (op === "delete") tasks.delete(key);
    else if (task) tasks.set(key, { ...task, ...patch, pending: true });
    else if (op === "create") tasks.set(key, { key, title, done: false, createdAt: at, pending: true });
  }
  return [...tasks.values()].sort((one, other) => one.createdAt.localeCompare(other.createdAt));
}

/** What a task is known by before it has an id; one that another program made has no key. */
function keyOf({ key, id }) {
  return key ?? id;
}

/** Whether the same call may do better later. */
function isPassing({ status }) {
  return status === 0 || status === 429 || status >= 500;
}

async function oneTabAtATime(work) {
  return navigator.locks ? navigator.locks.request("todo:send", work) : work();
}
