/** Milliseconds for which somebody counts as typing, and between two times that this is told. */
const TYPING = 3_000;

/**
 * The rooms. A room is a document, so that it is there for good; who is in it, and who is typing, is the business of
 * its channel: of the moment, and kept nowhere.
 */
export class Rooms {
  #client;
  #user;
  #collection;
  #changed;
  #names = new Set();
  /** Room to its members: user to whether he is online. */
  #members = new Map();
  /** User to when he stops to count as typing. */
  #typing = new Map();
  #told = 0;
  #entered = new Set();
  #ends = [];

  constructor(client, user, changed) {
    this.#client = client;
    this.#user = user;
    this.#collection = client.db.collection("rooms");
    this.#changed = changed;
  }

  async start() {
    const { realtime } = this.#client;
    const stop = await this.#collection.subscribe((event) => {
      if (event.type === "create") this.#names.add(event.doc.name);
      else if (event.type === "reset") this.#list().catch(() => {}); // the next one lists again
      this.#changed();
    });
    // Presence is of the moment: what has changed while the connection was lost is asked for.
    const ask = () => {
      for (const room of this.#entered) this.#ask(room).catch(() => {});
    };
    const heard = realtime.onStatus(({ state }) => {
      if (state === "open") ask();
    });
    this.#ends.push(stop, heard, realtime.onReset(ask));
    await this.#list();
    if (!this.#names.size) await this.create("general");
    this.#changed();
  }

  stop() {
    for (const end of this.#ends.splice(0)) end();
  }

  get names() {
    return [...this.#names].sort();
  }

  async create(name) {
    try {
      await this.#collection.create({ name });
    } catch (error) {
      if (error.status !== 409) throw error; // it is there: enter it
    }
    this.#names.add(name);
    this.#changed();
  }

  /** Become a member, and hear of the others. */
  async enter(room) {
    if (this.#entered.has(room)) return;
    this.#entered.add(room);
    const channel = this.#channel(room);
    const ends = [
      channel.onPresence(({ user, type }) => {
        if (type === "leave") this.#of(room).delete(user);
        else this.#of(room).set(user, type !== "offline");
        this.#changed();
      }),
      channel.onMessage(({ from }) => this.#types(room, from)),
    ];
    try {
      await joinOrMake(channel);
      await this.#ask(room);
      this.#ends.push(...ends);
    } catch (error) {
      for (const end of ends) end();
      this.#entered.delete(room);
      throw error;
    }
  }

  /** Members with whether they are online, those first who are. */
  members(room) {
    const all = [...this.#of(room)].map(([user, online]) => ({ user, online }));
    return all.sort((one, other) => Number(other.online) - Number(one.online));
  }

  /** Tell the others that the user is typing. */
  type(room) {
    if (Date.now() - this.#told < TYPING / 2 || this.#client.realtime.status.state !== "open") return;
    this.#told = Date.now();
    this.#channel(room)
      .publish({ typing: true })
      .catch(() => {}); // it is of the moment
  }

  /** Who is typing. */
  typing(room) {
    const now = Date.now();
    return [...this.#typing.values()]
      .filter((one) => one.room === room && one.until > now)
      .map(({ user }) => user);
  }

  /** His message is there: he types no more. */
  typed(user) {
    this.#typing.delete(user);
  }

  #types(room, user) {
    if (user === this.#user.id) return;
    this.#typing.set(user, { room, user, until: Date.now() + TYPING });
    setTimeout(this.#changed, TYPING + 10);
    this.#changed();
  }

  async #list() {
    for await (const { name } of this.#collection.list({ limit: 200 })) this.#names.add(name);
    this.#changed();
  }

  async #ask(room) {
    const members = await this.#channel(room).members();
    this.#members.set(room, new Map(members.map(({ user, online }) => [user, online])));
    this.#changed();
  }

  #of(room) {
    if (!this.#members.has(room)) this.#members.set(room, new Map());
    return this.#members.get(room);
  }

  #channel(room) {
    return this.#client.realtime.channel(`room/${room}`);
  }
}

async function joinOrMake(channel) {
  try {
    await channel.join();
  } catch (error) {
    if (error.status !== 404) throw error;
    await channel.create().catch((refused) => {
      if (refused.status !== 409) throw refused;
      return channel.join(); // somebody else has just made it
    });
  }
}
