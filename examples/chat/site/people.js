/** The names by which users are known: everybody keeps his own document, which all may read. */
export class People {
  #collection;
  #changed;
  #names = new Map();
  #stop;

  constructor(client, changed) {
    this.#collection = client.db.collection("people");
    this.#changed = changed;
  }

  async start(user) {
    this.#stop = await this.#collection.subscribe((event) => {
      if (event.type === "create" || event.type === "update") this.#know(event.doc);
      else if (event.type === "reset") this.#list().catch(() => {}); // the next one lists again
      this.#changed();
    });
    await this.#list();
    if (!this.#names.has(user.id)) await this.#introduce(user);
    this.#changed();
  }

  stop() {
    this.#stop?.();
  }

  name(id) {
    return this.#names.get(id) ?? "Somebody";
  }

  async #list() {
    for await (const person of this.#collection.list({ limit: 200 })) this.#know(person);
    this.#changed();
  }

  #know({ ownerId, name }) {
    this.#names.set(ownerId, name);
  }

  async #introduce({ profile, email }) {
    try {
      this.#know(await this.#collection.create({ name: profile.name ?? email.split("@")[0].slice(0, 40) }));
    } catch (error) {
      if (error.status !== 409) throw error; // another tab was quicker
    }
  }
}
