import { type BackpackError, sessionEnded } from "./errors.ts";
import { Listeners } from "./listeners.ts";

/** An account, as its owner sees it. */
export interface User<P = Record<string, unknown>> {
  id: string;
  email: string;
  profile: P;
  createdAt: string;
  updatedAt: string;
}

/** Who is signed in now, and why: `ended` is a session that somebody or something else ended. */
export type AuthChange =
  | { user: User; reason: "login" | "update" | "restored"; error?: undefined }
  | { user: null; reason: "logout" | "restored"; error?: undefined }
  | { user: null; reason: "ended"; error: BackpackError };

export type Change = AuthChange["reason"];

/** Where a token outlives the page: `localStorage` is one. */
export interface TokenStore {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

/** Who is signed in, as far as this client knows, and by what: a cookie, or a token. */
export class Session {
  /** Undefined while nobody has asked. */
  user: User | null | undefined;
  token: string | null = null;
  /** Raised when another user, or nobody, is signed in: an answer to a call from before says nothing. */
  epoch = 0;
  /** A logout is under way: that the session ends is no surprise. */
  leaving = false;

  readonly changes = new Listeners<AuthChange>();
  readonly #store: TokenStore | null;
  #name = "";
  #tabs: BroadcastChannel | undefined;

  constructor(store: TokenStore | null) {
    this.#store = store;
  }

  /** Take up the token that an earlier page has kept, and listen to the other tabs. */
  restore(apiUrl: string): void {
    this.#name = `backpack:${apiUrl}`;
    this.token ??= this.#stored();
    if (typeof document === "undefined" || typeof BroadcastChannel === "undefined") return;
    this.#tabs = new BroadcastChannel(this.#name);
    this.#tabs.onmessage = ({ data: { user, reason, token } }) => {
      this.token = token;
      if (same(user, this.user)) return;
      // Another tab may see its socket closed before the answer to the logout of this one comes.
      this.#become(user, this.leaving && !user ? "logout" : reason);
    };
  }

  /** Somebody has signed in; with a token where the cookie doesn't do. */
  enter(user: User, token: string | null): void {
    this.token = token;
    this.#keep();
    this.epoch++;
    this.#become(user, "login", true);
  }

  /** What the API says of who is signed in. */
  known(user: User | null, reason: Change = "restored"): void {
    if (!user && (this.user || this.token)) this.end();
    else if (!same(user, this.user)) this.#become(user, reason, reason === "update");
  }

  /** Nobody is signed in any more. */
  end(): void {
    const signedIn = this.user || this.token;
    this.token = null;
    this.#keep();
    if (signedIn) this.#become(null, this.leaving ? "logout" : "ended", true);
  }

  close(): void {
    this.#tabs?.close();
    this.changes.clear();
  }

  #become(user: User | null, reason: Change, tell = false): void {
    if (user?.id !== this.user?.id) this.epoch++;
    this.user = user;
    const change = { user, reason, ...(reason === "ended" && { error: sessionEnded() }) } as AuthChange;
    if (tell) this.#tabs?.postMessage({ user, reason, token: this.token });
    this.changes.tell(change);
  }

  #stored(): string | null {
    try {
      return this.#store?.getItem(this.#name) ?? null;
    } catch {
      return null; // a browser that blocks storage: the token lives as long as the page
    }
  }

  #keep(): void {
    try {
      if (this.token === null) this.#store?.removeItem(this.#name);
      else this.#store?.setItem(this.#name, this.token);
    } catch {
      // as above
    }
  }
}

function same(one: User | null, other: User | null | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
