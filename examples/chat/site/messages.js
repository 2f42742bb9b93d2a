const PAGE = 40;

/**
 * What is said. Messages are documents, so that they have a history; a subscription brings them to everybody at once,
 * and after a break what was missed.
 *
 * They are sent over the connection of the subscription, with a key: without a network they wait there, and are sent
 * once, in their order. They live as long as the page does; `examples/todo` shows how to keep such things longer.
 */
export class Messages {
  #client;
  #collection;
  #changed;
  #arrived;
  /** Room to `{documents, cursor}`, of those that were opened. */
  #rooms = new Map();
  /** Key to a message that the API doesn't know yet. */
  #pending = new Map();
  #stop;

  /** `changed()`: look again. `arrived(message)`: one was said just now. */
  constructor(client, { changed, arrived }) {
    this.#client = client;
    this.#collection = client.db.collection("messages");
    this.#changed = changed;
    this.#arrived = arrived;
  }

  async start() {
    this.#stop = await this.#collection.subscribe((event) => {
      if (event.type === "create") {
        this.#keep(event.doc);
        this.#arrived(event.doc);
      } else if (event.type === "delete") {
        for (const { documents } of this.#rooms.values()) documents.delete(event.doc.id);
      } else if (event.type === "reset") this.#readAgain();
      this.#changed();
    });
  }

  stop() {
    this.#stop?.();
  }

  /** Read the newest messages of a room, unless that was done. */
  async open(room) {
    if (this.#rooms.has(room)) return;
    this.#rooms.set(room, { documents: new Map(), cursor: null });
    try {
      await this.#read(room);
    } catch (error) {
      this.#rooms.delete(room);
      throw error;
    }
  }

  hasEarlier(room) {
    return Boolean(this.#rooms.get(room)?.cursor);
  }

  earlier(room) {
    return this.#read(room, this.#rooms.get(room).cursor);
  }

  /** The messages of a room as they are known, the oldest first, then those that are on their way. */
  of(room) {
    const known = [...(this.#rooms.get(room)?.documents.values() ?? [])].sort(
      (one, other) => one.createdAt.localeCompare(other.createdAt) || one.id.localeCompare(other.id),
    );
    const keys = new Set(known.map(({ key }) => key));
    const waiting = [...this.#pending.values()].filter((one) => one.room === room && !keys.has(one.key));
    return [...known, ...waiting];
  }

  /** Say something; `file` is what is known of one that was uploaded. */
  say(user, room, text, file) {
    const key = newKey();
    this.#pending.set(key, { key, room, text, file, ownerId: user.id, createdAt: new Date().toISOString() });
    this.#send(key);
  }

  /** Try again what was refused. The key makes it safe. */
  sayAgain(key) {
    this.#send(key);
  }

  async remove({ id, file }) {
    await this.#collection.delete(id);
    if (file) await this.#client.storage.delete(file.id);
  }

  async #send(key) {
    const message = this.#pending.get(key);
    message.error = undefined;
    this.#changed();
    const { room, text, file } = message;
    const data = { room, text, key, ...(file && { file }) };
    try {
      this.#keep(await this.#client.realtime.request("db.create", { collection: "messages", data, key }));
      this.#pending.delete(key);
    } catch (error) {
      message.error = error;
    }
    this.#changed();
  }

  async #read(room, cursor) {
    const options = { filter: { room }, sort: "-createdAt", limit: PAGE, cursor };
    const { items, nextCursor } = await this.#collection.list(options);
    this.#rooms.get(room).cursor = nextCursor;
    for (const message of items) this.#keep(message);
    this.#changed();
  }

  #readAgain() {
    for (const room of [...this.#rooms.keys()]) {
      this.#rooms.delete(room);
      this.open(room).catch(() => {});
    }
  }

  #keep(message) {
    this.#rooms.get(message.room)?.documents.set(message.id, message);
  }
}

/** 128 random bits. `crypto.randomUUID` is only for pages of https, or of localhost. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
