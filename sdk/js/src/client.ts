import { Auth } from "./auth.ts";
import { Db } from "./db.ts";
import type { ClientOptions } from "./options.ts";
import { Realtime } from "./realtime/realtime.ts";
import { Storage } from "./storage.ts";
import { type Settings, Transport } from "./transport.ts";

/** A backpack. */
export class Client {
  readonly auth: Auth;
  readonly db: Db;
  readonly storage: Storage;
  readonly realtime: Realtime;
  readonly #transport: Transport;

  constructor(options: ClientOptions = {}) {
    this.#transport = new Transport(options);
    this.auth = new Auth(this.#transport);
    this.realtime = new Realtime(this.#transport);
    this.db = new Db(this.#transport, this.realtime);
    this.storage = new Storage(this.#transport);
  }

  /** Where the API is, and the publishable key. */
  settings(): Promise<Settings> {
    return this.#transport.settings();
  }

  /** End the connection and let go of the page's other tabs: a program can end then. */
  close(): void {
    this.realtime.close();
    this.#transport.session.close();
  }
}

/** A client of the backpack whose API is at `url`; in a page of its site no URL is needed. */
export function createClient(url?: string | ClientOptions, options?: ClientOptions): Client {
  return new Client(typeof url === "object" ? url : { ...options, url });
}
