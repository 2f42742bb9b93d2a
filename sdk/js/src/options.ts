import type { TokenStore } from "./session.ts";

export interface ClientOptions {
  /** The API's own URL, a Backpack's `status.apiUrl`. Absent: the page's site says where it is. */
  url?: string;
  /** The publishable key, where the backpack asks for one. */
  key?: string | null;
  /**
   * What a session is kept by. `cookie` is the browser's, which no script can read. `token` is sent with
   * each call, for what has no cookies. `auto`, the default, takes the cookie where there is a page, tries
   * at the login whether the browser sends it, and takes the token where it is blocked.
   */
  session?: "auto" | "cookie" | "token";
  /** A session's token from elsewhere. */
  token?: string;
  /** Where tokens are kept: `localStorage` where there is one, null for as long as the client lives. */
  tokenStore?: TokenStore | null;
  /** How often a call that is safe to send again is tried again: 2. */
  retries?: number;
  /** Milliseconds for the answer to one try of a call, uploads and downloads excepted: 30,000. */
  timeout?: number;
  realtime?: RealtimeOptions;
  fetch?: typeof globalThis.fetch;
  /** For runtimes without one: Node before 22. */
  WebSocket?: new (
    url: string,
  ) => WebSocket;
}

export interface RealtimeOptions {
  /** Milliseconds before a lost connection is opened again: from, growing to, each with jitter. [500, 30000] */
  backoff?: [number, number];
  /** Milliseconds of silence after which the connection is asked whether it lives: 20,000. */
  heartbeat?: number;
  /** How many requests may wait for a connection: 500. */
  queue?: number;
}

/** What every call takes. */
export interface CallOptions {
  signal?: AbortSignal;
}
