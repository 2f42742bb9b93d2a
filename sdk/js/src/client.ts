import { Auth } from "./auth.ts";
import { Db } from "./db.ts";
import type { ClientOptions } from "./options.ts";
import { Transport } from "./transport.ts";

/** A backpack. */
export class Client {
  readonly auth: Auth;
  readonly db: Db;
  readonly #transport: Transport;

  constructor(options: ClientOptions = {}) {
    this.#transport = new Transport(options);
    this.auth = new Auth(this.#transport);
    this.db = new Db(this.#transport);
  }

  /** Where the API is, and the publishable key. */
  settings() {
    return this.#transport.settings();
  }

  /** Let go of what keeps a program from ending. */
  close(): void {
    this.#transport.session.close();
  }
}

/** A client of the backpack whose API is at `url`; in a page of its site no URL is needed. */
export function createClient(url?: string | ClientOptions, options: ClientOptions = {}): Client {
  return new Client(typeof url === "object" ? url : { ...options, ...(url !== undefined && { url }) });
}
