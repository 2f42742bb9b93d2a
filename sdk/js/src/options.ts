import type { TokenStore } from "./session.ts";

export interface ClientOptions {
  /** The API's own URL, a Backpack's `status.apiUrl`. Absent: the page's site says where it is. */
  url?: string | undefined;
  /** The publishable key, where the backpack asks for one. */
  key?: string | null | undefined;
  /**
   * What a session is kept by. `cookie` is the browser's, which no script can read. `token` is sent with
   * each call, for what has no cookies. `auto`, the default, takes the cookie where there is a page, tries
   * at the login whether the browser sends it, and takes the token where it is blocked.
   */
  session?: "auto" | "cookie" | "token" | undefined;
  /** A session's token from elsewhere. */
  token?: string | undefined;
  /** Where tokens are kept: `localStorage` where there is one, null for as long as the client lives. */
  tokenStore?: TokenStore | null | undefined;
  /** How often a call that is safe to send again is tried again: 2. */
  retries?: number | undefined;
  /** Milliseconds for the answer to one try of a call, uploads and downloads excepted: 30,000. */
  timeout?: number | undefined;
  realtime?: RealtimeOptions | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  /** For runtimes without one: Node before 22. */
  WebSocket?: (new (url: string) => WebSocket) | undefined;
}

export interface RealtimeOptions {
  /** Milliseconds before a lost connection is opened again: from, growing to, each with jitter. [500, 30000] */
  backoff?: [number, number] | undefined;
  /** Milliseconds of silence after which the connection is asked whether it lives: 20,000. */
  heartbeat?: number | undefined;
  /** How many requests may wait for a connection: 500. */
  queue?: number | undefined;
}

/** What every call takes. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}
