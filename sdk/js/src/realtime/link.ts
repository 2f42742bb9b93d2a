import { type BackpackError, ownError, sessionEnded } from "../errors.ts";
import { Listeners } from "../listeners.ts";
import type { Transport } from "../transport.ts";

/**
 * `idle`: not needed yet. `waiting`: lost, to be opened again in `retryIn` milliseconds.
 * `closed`: over, with `error`: the session ended, or nobody is signed in.
 */
export interface Status {
  state: "idle" | "connecting" | "open" | "waiting" | "closed";
  error?: BackpackError;
  retryIn?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: what the server sends
export type Message = Record<string, any>;

export interface Owner {
  /** The connection is open, and who is signed in is known: `hello` says so. */
  greeted(hello: Message): void;
  received(message: Message): void;
  /** It is gone. It is tried again, unless there is an error. */
  lost(error?: BackpackError): void;
}

const HELLO_WITHIN = 10_000;
/** Milliseconds after which a connection counts as one that works: the next wait is a short one. */
const SETTLED = 5_000;
const PING = "ping";
const SESSION_ENDED = 4001;
const NOT_ALLOWED = 4003;

/** One WebSocket at a time: opened on need, opened again when it is lost. */
export class Link {
  status: Status = { state: "idle" };
  readonly statuses = new Listeners<Status>();
  readonly #transport: Transport;
  readonly #owner: Owner;
  #socket: WebSocket | undefined;
  /** Which try to connect is the one that counts. */
  #try = 0;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #settled: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  readonly #online = () => {
    if (this.status.state === "waiting") this.#connect();
  };

  constructor(transport: Transport, owner: Owner) {
    this.#transport = transport;
    this.#owner = owner;
  }

  /** Connect, unless that is done or under way. */
  open(): void {
    if (this.status.state !== "idle" && this.status.state !== "closed") return;
    globalThis.addEventListener?.("online", this.#online);
    this.#failures = 0;
    this.#connect();
  }

  /** Let go of the connection. `error`: why it is over. */
  close(error?: BackpackError): void {
    globalThis.removeEventListener?.("online", this.#online);
    this.#drop();
    this.#become(error ? { state: "closed", error } : { state: "idle" });
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  async #connect(): Promise<void> {
    this.#drop();
    const number = this.#try;
    this.#become({ state: "connecting" });
    const { session, options, tokensOnly } = this.#transport;
    try {
      const { apiUrl, key } = await this.#transport.settings();
      if (number !== this.#try) return;
      if (session.user === null || (tokensOnly && !session.token)) return this.#over(sessionEnded());
      const Socket = options.WebSocket ?? globalThis.WebSocket;
      if (!Socket) {
        const detail = "There is no WebSocket here: give one, createClient(url, { WebSocket }).";
        return this.#over(ownError("not-configured", detail));
      }
      const query = key ? `?key=${encodeURIComponent(key)}` : "";
      this.#listen(new Socket(`${apiUrl.replace(/^http/, "ws")}/realtime${query}`));
    } catch (error) {
      if (number !== this.#try) return;
      const { type } = error as BackpackError;
      if (type === "backpack:not-configured") this.#over(error as BackpackError);
      else this.again(); // the site, which says where the API is, is away
    }
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket;
    socket.onopen = () => {
      const { token } = this.#transport.session;
      if (token) socket.send(JSON.stringify({ op: "auth", token }));
    };
    socket.onmessage = ({ data }) => {
      const message: Message = JSON.parse(data);
      this.#hear();
      if (message.ev === "hello") {
        this.#settled = setTimeout(() => {
          this.#failures = 0;
        }, SETTLED);
        this.#become({ state: "open" });
        this.#owner.greeted(message);
      } else if (message.re === null) {
        // What `auth` got, where it wasn't let in: that a store is away says nothing of the session.
        if (message.error.status === 401) this.#ended();
        else if (this.status.state !== "open") this.again();
      } else if (message.re !== PING) this.#owner.received(message);
    };
    socket.onerror = () => this.again(); // not every runtime tells of the close after it
    socket.onclose = ({ code }) => {
      if (code === SESSION_ENDED) this.#ended();
      else if (code === NOT_ALLOWED) this.#doubt();
      else this.again();
    };
    this.#silence = setTimeout(() => this.again(), HELLO_WITHIN);
  }

  /** Something has come: after a while of silence, ask; where nobody answers, the connection is dead. */
  #hear(): void {
    const { heartbeat = 20_000 } = this.#transport.options.realtime ?? {};
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.send(JSON.stringify({ id: PING, op: PING }));
      this.#silence = setTimeout(() => this.again(), heartbeat / 2);
    }, heartbeat);
  }

  /** Nobody was let in: because of a cookie that is no session's any more, or for a reason that passes. */
  async #doubt(): Promise<void> {
    const number = this.#try;
    const answer = await this.#transport.call<unknown>("GET", "/auth/me").catch(({ status }) => status);
    // Unless it took too long; a 401 has ended the session already, and with it this connection.
    if (number !== this.#try && this.#transport.session.user !== null) return;
    if (answer === 401) this.#ended();
    else this.again();
  }

  #ended(): void {
    this.#over(sessionEnded());
    this.#transport.session.end();
  }

  /** Let go of the connection, and open another after a while. */
  again(): void {
    this.#drop();
    const [least, most] = this.#transport.options.realtime?.backoff ?? [500, 30_000];
    const retryIn = Math.min(most, least * 2 ** this.#failures++) * (0.5 + Math.random() / 2);
    this.#retry = setTimeout(() => this.#connect(), retryIn);
    this.#owner.lost();
    this.#become({ state: "waiting", retryIn });
  }

  #over(error: BackpackError): void {
    this.close(error);
    this.#owner.lost(error);
  }

  #drop(): void {
    this.#try++;
    [this.#retry, this.#settled, this.#silence].forEach(clearTimeout);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null;
    socket.close();
  }

  #become(status: Status): void {
    if (status.state === this.status.state && status.state !== "waiting") return;
    this.status = status;
    this.statuses.tell(status);
  }
}
