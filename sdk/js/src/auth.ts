import type { CallOptions } from "./options.ts";
import type { AuthChange, User } from "./session.ts";
import type { Request, Transport } from "./transport.ts";

/** A place where one is signed in. Its id tells nothing of the session's token. */
export interface SessionInfo {
  id: string;
  createdAt: string;
  lastSeenAt: string;
  userAgent: string | null;
  current: boolean;
}

/** Accounts and sessions. */
export class Auth {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Who is signed in, as far as is known without asking: undefined before the first call. */
  get user(): User | null | undefined {
    return this.#transport.session.user;
  }

  /** The session's token; null where a cookie keeps it, or nobody is signed in. */
  get token(): string | null {
    return this.#transport.session.token;
  }

  /** Make an account. It isn't signed in yet. */
  register(email: string, password: string, profile?: object, options: CallOptions = {}): Promise<User> {
    return this.#transport.call("POST", "/auth/register", { json: { email, password, profile }, ...options });
  }

  /** Sign in. */
  async login(email: string, password: string, options: CallOptions = {}): Promise<User> {
    const transport = this.#transport;
    await transport.settings();
    const mode = transport.options.session ?? "auto";
    const answer = await transport.call<{ user: User; token?: string }>("POST", "/auth/login", {
      json: { email, password, ...(mode !== "cookie" && { token: true }) },
      anonymous: true,
      ...options,
    });
    const { user, token = null } = answer;
    // No browser sends the cookie where cookies are blocked: a try tells.
    const cookie =
      mode === "cookie" || (!transport.tokensOnly && (await this.#who({ anonymous: true, ...options })));
    transport.session.enter(user, cookie ? null : token);
    return user;
  }

  /** Sign out here. */
  logout(options: CallOptions = {}): Promise<void> {
    return this.#leave("POST", "/auth/logout", options);
  }

  /** Sign out everywhere. */
  logoutAll(options: CallOptions = {}): Promise<void> {
    return this.#leave("POST", "/auth/logout-all", options);
  }

  /** Who is signed in, as the API knows it; null: nobody. */
  async me(options: CallOptions = {}): Promise<User | null> {
    await this.#transport.settings();
    if (this.#transport.tokensOnly && !this.token) return null;
    const user = await this.#who(options);
    this.#transport.session.known(user);
    return user;
  }

  /** Change the profile: a merge patch (RFC 7396), null removes a field. */
  async update(profile: object, options: CallOptions = {}): Promise<User> {
    const user = await this.#transport.call<User>("PATCH", "/auth/me", { json: { profile }, ...options });
    this.#transport.session.known(user, "update");
    return user;
  }

  /** Set another password. The user's other sessions end. */
  changePassword(current: string, password: string, options: CallOptions = {}): Promise<void> {
    return this.#transport.call("POST", "/auth/password", { json: { current, new: password }, ...options });
  }

  /** Where the user is signed in, the newest first. */
  sessions(options: CallOptions = {}): Promise<SessionInfo[]> {
    return this.#transport.call("GET", "/auth/sessions", options);
  }

  /** Sign out one of them. */
  endSession(id: string, options: CallOptions = {}): Promise<void> {
    return this.#transport.call("DELETE", `/auth/sessions/${encodeURIComponent(id)}`, options);
  }

  /** Remove the account, and its files. Its documents stay. */
  deleteAccount(password: string, options: CallOptions = {}): Promise<void> {
    return this.#leave("DELETE", "/auth/me", { json: { password }, ...options });
  }

  /** Hear of it when another user, or nobody, is signed in, in another tab too. Gives what ends it. */
  onChange(listener: (change: AuthChange) => void): () => void {
    return this.#transport.session.changes.add(listener);
  }

  #who(request: Request): Promise<User | null> {
    return this.#transport.call<User>("GET", "/auth/me", request).catch((error) => {
      if (error.status === 401) return null;
      throw error;
    });
  }

  async #leave(method: string, path: string, request: Request): Promise<void> {
    const { session } = this.#transport;
    session.leaving = true;
    try {
      await this.#transport.call(method, path, request).catch((error) => {
        if (error.status !== 401 || method !== "POST") throw error; // it had ended already
      });
      session.end();
    } finally {
      session.leaving = false;
    }
  }
}
