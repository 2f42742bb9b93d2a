/**
 * What this browser keeps of one user: the documents as the API told them last, and an entry for each change that
 * is still to be sent. Each entry has a name of its own in `localStorage`, so that two tabs never overwrite each other's.
 */
export class Journal {
  #entries;
  #documents;

  constructor(userId) {
    this.#entries = `todo:${userId}:entry:`;
    this.#documents = `todo:${userId}:documents`;
  }

  get documents() {
    return JSON.parse(localStorage.getItem(this.#documents) ?? "[]");
  }

  set documents(all) {
    localStorage.setItem(this.#documents, JSON.stringify(all));
  }

  /** What is still to be sent, the oldest first. */
  get entries() {
    return this.#names().map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }));
  }

  write(entry) {
    // Later than the last one, whatever became of the clock.
    const last = Number.parseInt(this.#names().at(-1)?.slice(this.#entries.length) ?? "0", 10);
    const moment = String(Math.max(Date.now(), last + 1)).padStart(15, "0");
    localStorage.setItem(`${this.#entries}${moment}-${newKey()}`, JSON.stringify(entry));
  }

  strike({ name }) {
    localStorage.removeItem(name);
  }

  clear() {
    for (const name of [this.#documents, ...this.#names()]) localStorage.removeItem(name);
  }

  /** Whether a `storage` event, which tells of another tab's writing, is about this. */
  owns({ key }) {
    return key === this.#documents || Boolean(key?.startsWith(this.#entries));
  }

  #names() {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(this.#entries))
      .sort();
  }
}

/** 128 random bits. `crypto.randomUUID` is only for pages of https, or of localhost. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
