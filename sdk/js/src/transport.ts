import { aborted, BackpackError, NOT_SIGNED_IN, ownError } from "./errors.ts";
import { newKey } from "./identifiers.ts";
import type { ClientOptions } from "./options.ts";
import { Session } from "./session.ts";

export interface Settings {
  apiUrl: string;
  key: string | null;
}

export interface Request {
  query?: object;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with its type. */
  body?: Blob;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds; 0: no limit. */
  timeout?: number;
  /** Whether a second try does no harm. */
  safe?: boolean;
  /** Send no token: what the browser adds by itself must do. */
  anonymous?: boolean;
  fetch?: typeof globalThis.fetch | undefined;
}

const TIMEOUT = 30_000;
/** Milliseconds that a `Retry-After` is waited for; with more, the caller decides. */
const PATIENCE = 10_000;
/** Milliseconds that a clock may be off before the server's is believed; its `Date` has whole seconds. */
const TOLERANCE = 5_000;

/** Calls of the API over HTTP: where it is, who calls, errors, and trying again. */
export class Transport {
  readonly session: Session;
  readonly options: ClientOptions;
  readonly fetch: typeof globalThis.fetch;
  #settings: Promise<Settings> | undefined;
  #skew = 0;

  constructor(options: ClientOptions = {}) {
    this.options = options;
    this.session = new Session(options.tokenStore === undefined ? browserStore() : options.tokenStore);
    if (options.token) this.session.token = options.token;
    // Called as a function of its own: a browser's refuses to be another object's method.
    this.fetch = options.fetch ?? ((...given) => fetch(...given));
  }

  /** Where the API is: as given, or as the page's site says. */
  settings(): Promise<Settings> {
    this.#settings ??= this.#load().catch((error: unknown) => {
      this.#settings = undefined; // the next call asks again
      throw error;
    });
    return this.#settings;
  }

  /** Whether sessions are kept by tokens only. */
  get tokensOnly(): boolean {
    const { session = "auto" } = this.options;
    return session === "token" || (session === "auto" && typeof document === "undefined");
  }

  /** The server's time, in milliseconds since 1970, as far as its answers have told. */
  now(): number {
    return Date.now() + this.#skew;
  }

  /** A key that makes a request safe to send again. */
  key(): string {
    return newKey(this.now());
  }

  /** The JSON of the answer; undefined where it has no content. Throws `BackpackError`. */
  async call<T>(method: string, path: string, request: Request = {}): Promise<T> {
    return this.send(method, path, request, async (answer) => {
      const text = await answer.text();
      return (text ? JSON.parse(text) : undefined) as T;
    });
  }

  /** What `read` makes of the answer to a call that was successful. Throws `BackpackError`. */
  async send<T>(
    method: string,
    path: string,
    request: Request,
    read: (answer: Response) => T | Promise<T>,
  ): Promise<T> {
    const settings = await this.settings();
    const tries = (request.safe ?? method === "GET") ? (this.options.retries ?? 2) : 0;
    for (let number = 0; ; number++) {
      try {
        return await this.#once(settings, method, path, request, read);
      } catch (error) {
        const wait = number < tries && pause(error as BackpackError, number);
        if (wait === false) throw error;
        await sleep(wait, request.signal);
      }
    }
  }

  /** The whole address of a path. */
  address({ apiUrl }: Settings, path: string, query: object = {}): string {
    const url = new URL(apiUrl + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  /** Note what an answer says of the session and the time; the error where it is a problem. */
  async #note(answer: Response, epoch: number): Promise<BackpackError | undefined> {
    const skew = Date.parse(answer.headers.get("Date") ?? "") - Date.now();
    this.#skew = Math.abs(skew) > TOLERANCE ? skew : 0;
    if (answer.ok) return undefined;
    const { session } = this;
    const error = await problemOf(answer);
    if (error.type === NOT_SIGNED_IN && epoch === session.epoch && (session.user || session.token))
      session.end();
    return error;
  }

  async #once<T>(
    settings: Settings,
    method: string,
    path: string,
    {
      query,
      json,
      body,
      headers,
      signal,
      timeout = this.options.timeout ?? TIMEOUT,
      anonymous,
      fetch,
    }: Request,
    read: (answer: Response) => T | Promise<T>,
  ): Promise<T> {
    const { epoch, token: kept } = this.session;
    const token = anonymous ? null : kept;
    const limit = timeout ? AbortSignal.timeout(timeout) : undefined;
    const signals = [signal, limit].filter((one) => one !== undefined);
    try {
      const answer = await (fetch ?? this.fetch)(this.address(settings, path, query), {
        method,
        credentials: token || this.tokensOnly ? "omit" : "include",
        headers: {
          ...(settings.key && { "X-Backpack-Key": settings.key }),
          ...(token && { Authorization: `Bearer ${token}` }),
          ...(json !== undefined && { "Content-Type": "application/json" }),
          ...(body && { "Content-Type": body.type }),
          ...headers,
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        // For a redirect that might come, Node would keep all that it sends.
        ...(body && { body, redirect: "error" }),
        ...(signals.length && { signal: AbortSignal.any(signals) }),
      });
      const error = await this.#note(answer, epoch);
      if (error) throw error;
      return await read(answer);
    } catch (error) {
      if (error instanceof BackpackError) throw error;
      if (signal?.aborted) throw aborted(signal);
      if (limit?.aborted)
        throw ownError("timeout", `The API didn't answer within ${timeout / 1000} s.`, error);
      throw ownError("unreachable", `The API at ${settings.apiUrl} can't be reached.`, error);
    }
  }

  async #load(): Promise<Settings> {
    const { url, key = null } = this.options;
    const found = url === undefined ? await this.#ask() : { apiUrl: url.replace(/\/+$/, ""), key };
    this.session.restore(found.apiUrl);
    return found;
  }

  async #ask(): Promise<Settings> {
    if (typeof location !== "undefined") {
      const answer = await this.fetch("/__backpack/init.json").catch(() => null);
      if (!answer || answer.status >= 500)
        throw ownError("unreachable", `${location.origin} can't be reached.`);
      if (answer.ok) return answer.json();
    }
    throw ownError(
      "not-configured",
      "Say where the API is: createClient(url). Only its own pages need no URL.",
    );
  }
}

/** Milliseconds to wait before the next try; false: there must be none. */
function pause({ status, type, retryAfter }: BackpackError, number: number): number | false {
  if (retryAfter !== null && retryAfter * 1000 > PATIENCE) return false;
  const passing =
    type === "backpack:unreachable" || type === "backpack:timeout" || [429, 502, 503, 504].includes(status);
  return passing && Math.max((retryAfter ?? 0) * 1000, 200 * 2 ** number) * (1 + Math.random() / 2);
}

/** Wait, unless the signal is aborted: then a `BackpackError`. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted(signal!));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

async function problemOf(answer: Response): Promise<BackpackError> {
  const after = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  const retryAfter = Number.isNaN(after) ? null : after;
  try {
    return new BackpackError(await answer.json(), retryAfter);
  } catch {
    // Not the API's own answer: a proxy's.
    return new BackpackError(
      { status: answer.status, title: answer.statusText || `Status ${answer.status}` },
      retryAfter,
    );
  }
}

function browserStore(): Storage | null {
  try {
    return typeof document === "undefined" ? null : localStorage;
  } catch {
    return null; // blocked, as cookies are then
  }
}
