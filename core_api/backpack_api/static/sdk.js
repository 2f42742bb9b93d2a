// A small client of a backpack's API for the pages of its own site, without dependencies.
//
//   import { createClient } from "/__backpack/sdk.js";     or, in a page without modules,
//   <script src="/__backpack/sdk.classic.js"></script>     and then backpack.createClient()
//
//   const client = createClient();
//   await client.auth.login("ada@example.com", "correct horse battery");
//   const tasks = client.db.collection("tasks");
//   await tasks.create({ title: "Pack" });
//   const stop = await tasks.subscribe({}, (event) => console.log(event.type, event.doc));
var backpack = (() => {
  "use strict";

  /** What the API answered instead of a result: the fields of its problem document (RFC 9457). */
  class BackpackError extends Error {
    constructor(problem, retryAfter = null) {
      super(problem.detail ?? problem.title ?? "The backpack's API can't be reached.");
      this.name = "BackpackError";
      this.status = problem.status ?? 0;
      this.type = problem.type ?? "about:blank";
      this.title = problem.title ?? "";
      this.errors = problem.errors ?? [];
      this.retryAfter = retryAfter;
    }
  }

  /** A client. Without options it asks the site's own host where the API is. */
  function createClient(options = {}) {
    let settings;
    const load = () =>
      (settings ??= options.apiUrl
        ? Promise.resolve({ key: null, ...options })
        : fetch("/__backpack/init.json").then(answered).catch((error) => {
            settings = undefined; // the next call asks again
            throw error;
          }));

    async function call(method, path, { query = {}, body, headers = {} } = {}) {
      const { apiUrl, key } = await load();
      const url = new URL(apiUrl + path);
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined && value !== null) url.searchParams.set(name, value);
      }
      const isForm = body instanceof FormData;
      return answered(
        await fetch(url, {
          method,
          credentials: "include",
          headers: {
            ...(key ? { "X-Backpack-Key": key } : {}),
            ...(body !== undefined && !isForm ? { "Content-Type": "application/json" } : {}),
            ...headers,
          },
          body: body === undefined || isForm ? body : JSON.stringify(body),
        }),
      );
    }

    const auth = {
      register: (email, password, profile) =>
        call("POST", "/auth/register", { body: profile ? { email, password, profile } : { email, password } }),
      login: async (email, password) => (await call("POST", "/auth/login", { body: { email, password } })).user,
      logout: () => call("POST", "/auth/logout"),
      /** The user who is signed in, null where nobody is. */
      me: () =>
        call("GET", "/auth/me").catch((error) => {
          if (error.status === 401) return null;
          throw error;
        }),
    };

    const realtime = createRealtime(load);

    function collection(name) {
      const path = `/db/${encodeURIComponent(name)}`;
      const one = (id) => `${path}/${encodeURIComponent(id)}`;
      // With a version a change is made only to that version; otherwise it fails with 412.
      const only = ({ version } = {}) => (version === undefined ? {} : { "If-Match": `"${version}"` });
      return {
        list: ({ filter, sort, fields, ...query } = {}) =>
          call("GET", path, {
            query: {
              ...query,
              filter: filter && JSON.stringify(filter),
              sort: Array.isArray(sort) ? sort.join(",") : sort,
              fields: Array.isArray(fields) ? fields.join(",") : fields,
            },
          }),
        get: (id) => call("GET", one(id)),
        /** A document, or an array of them. What is retried with the same key is made once. */
        create: (body, { idempotencyKey } = {}) =>
          call("POST", path, { body, headers: idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {} }),
        replace: (id, body, options) => call("PUT", one(id), { body, headers: only(options) }),
        patch: (id, body, options) => call("PATCH", one(id), { body, headers: only(options) }),
        delete: (id, options) => call("DELETE", one(id), { headers: only(options) }),
        /** Calls back with each `{type, doc, seq}`; returns the function that ends it. */
        subscribe: (options, handler) => realtime.subscribe(name, options, handler),
      };
    }

    const storage = {
      upload: (file, options = {}) => {
        const body = new FormData();
        for (const name of ["bucket", "public"]) {
          if (options[name] !== undefined) body.append(name, String(options[name]));
        }
        body.append("file", file, options.filename ?? file.name ?? "file");
        return call("POST", "/files", { body });
      },
      list: (query) => call("GET", "/files", { query }),
      delete: (id) => call("DELETE", `/files/${encodeURIComponent(id)}`),
      /** Where its content is: for `src` and `href`. */
      url: async (id) => {
        const { apiUrl, key } = await load();
        return `${apiUrl}/files/${encodeURIComponent(id)}${key ? `?key=${encodeURIComponent(key)}` : ""}`;
      },
    };

    return { auth, db: { collection }, storage, realtime, settings: load };
  }

  /** The JSON of an answer; a `BackpackError` where it is a problem. */
  async function answered(answer) {
    const text = await answer.text();
    const isJson = /\bjson\b/.test(answer.headers.get("Content-Type") ?? "");
    const body = text && isJson ? JSON.parse(text) : null;
    if (answer.ok) return body;
    throw new BackpackError(body ?? { status: answer.status, title: answer.statusText }, answer.headers.get("Retry-After"));
  }

  /** One socket for all subscriptions, opened with the first and opened again when it is lost. */
  function createRealtime(load) {
    const subscriptions = new Set(), listeners = new Set(), waiting = new Map();
    let opening, socket, lastId = 0, failures = 0, closed = false;

    const open = () =>
      (opening ??= load().then(({ apiUrl, key }) => new Promise((resolve, reject) => {
        const query = key ? `?key=${encodeURIComponent(key)}` : "";
        socket = new WebSocket(`${apiUrl.replace(/^http/, "ws")}/realtime${query}`);
        // The hello says that the session counts: before it nothing may be asked.
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(data);
          if (message.ev === "hello") resolve();
          receive(message);
        };
        socket.onclose = ({ code, reason }) => {
          opening = undefined;
          const error = new BackpackError({ title: "Closed", detail: reason || `The connection was closed (${code}).` });
          reject(error);
          for (const { reject: fail } of waiting.values()) fail(error);
          waiting.clear();
          // 4001 and 4003: the session ended, or may not do this; trying again changes nothing.
          if (!closed && subscriptions.size && code !== 4001 && code !== 4003) {
            setTimeout(reopen, Math.min(30000, 500 * 2 ** failures++) * (0.5 + Math.random() / 2));
          }
        };
      })).catch((error) => {
        opening = undefined;
        throw error;
      }));

    async function reopen() {
      try {
        await open();
        failures = 0;
        await Promise.all([...subscriptions].map(begin));
      } catch {
        // `onclose` has arranged the next try.
      }
    }

    function receive(message) {
      if ("re" in message) {
        const request = waiting.get(message.re);
        waiting.delete(message.re);
        if (message.ok) request?.resolve(message.data);
        else request?.reject(new BackpackError(message.error));
        return;
      }
      for (const one of subscriptions) {
        if (message.ev === "reset" && (!message.sub || message.sub === one.sub)) one.handler({ type: "reset" });
        if (message.ev === "db" && message.sub === one.sub) deliver(one, message);
      }
      for (const listener of listeners) listener(message);
    }

    function deliver(one, { type, doc, seq }) {
      one.since = seq;
      if (doc.version !== undefined) {
        const known = one.versions.get(doc.id) ?? 0;
        if (doc.version < known || (doc.version === known && type !== "delete")) return; // overtaken
        one.versions.set(doc.id, doc.version);
      }
      one.handler({ type, doc, seq });
    }

    async function request(op, fields = {}) {
      await open();
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, op, ...fields }));
      });
    }

    async function begin(one) {
      const { collection, filter, since } = one;
      one.sub = (await request("db.subscribe", { collection, ...(filter && { filter }), ...(since && { since }) })).sub;
    }

    async function subscribe(collection, { filter } = {}, handler) {
      const one = { collection, filter, handler, versions: new Map() };
      subscriptions.add(one);
      try {
        await begin(one);
      } catch (error) {
        subscriptions.delete(one);
        throw error;
      }
      return () => {
        subscriptions.delete(one);
        return request("unsubscribe", { sub: one.sub });
      };
    }

    return {
      subscribe,
      /** Any operation of the socket: `request("channel.join", {channel: "chat/room-1"})`. */
      request,
      /** Calls back with every event: channels, presence, broadcasts. Returns the function that ends it. */
      on: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: () => {
        closed = true;
        socket?.close();
      },
    };
  }

  return { createClient, BackpackError };
})();
globalThis.backpack = backpack;
