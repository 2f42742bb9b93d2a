import type { Doc, DocumentEvent, Filter, ListOptions } from "./documents.ts";
import { Listing, type Page } from "./listing.ts";
import type { CallOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

export type Verb = "read" | "create" | "update" | "delete";
export type Rule = "public" | "user" | "owner" | "none";

export interface CollectionInfo {
  name: string;
  rules: Record<Verb, Rule>;
}

export interface CreateOptions extends CallOptions {
  /** What makes a call that is sent again the same one, for a day: a UUID of version 7 where none is given. */
  key?: string | undefined;
}

export interface ChangeOptions extends CallOptions {
  /** Change only this version: 412 where another change came first. */
  version?: number | undefined;
}

/** Who tells a collection of its events: the realtime service. */
export interface Subscriber {
  subscribe<T>(
    collection: string,
    handler: (event: DocumentEvent<T>) => void,
    options?: { filter?: Filter<T> | undefined } & CallOptions,
  ): Promise<() => Promise<void>>;
}

// biome-ignore lint/suspicious/noExplicitAny: what nobody has described may have any fields
type Anything = Record<string, any>;

/** Collections of documents. */
export class Db {
  readonly #transport: Transport;
  readonly #subscriber: Subscriber | undefined;

  constructor(transport: Transport, subscriber?: Subscriber) {
    this.#transport = transport;
    this.#subscriber = subscriber;
  }

  /** A collection whose documents have the shape `T`. Nothing is asked: it may not exist yet. */
  collection<T extends object = Anything>(name: string): Collection<T> {
    return new Collection<T>(name, this.#transport, this.#subscriber);
  }

  /** All collections, with their rules. */
  collections(options: CallOptions = {}): Promise<CollectionInfo[]> {
    return this.#transport.call("GET", "/collections", options);
  }

  /** Make a collection. 409 where it exists, 403 where only administrators may. */
  createCollection(name: string, options: CallOptions = {}): Promise<CollectionInfo> {
    return this.#transport.call("POST", "/collections", { json: { name }, ...options });
  }
}

/** One collection. */
export class Collection<T extends object> {
  readonly name: string;
  readonly #transport: Transport;
  readonly #subscriber: Subscriber | undefined;
  readonly #path: string;

  constructor(name: string, transport: Transport, subscriber?: Subscriber) {
    this.name = name;
    this.#transport = transport;
    this.#subscriber = subscriber;
    this.#path = `/db/${encodeURIComponent(name)}`;
  }

  /** The documents that the filter matches: `await` for a page, `for await` for all. */
  list<F extends string = never>(
    options?: ListOptions<T> & { fields?: readonly F[] | undefined },
  ): Listing<[F] extends [never] ? Doc<T> : Doc<Pick<T, F & keyof T>>>;
  list(options: ListOptions<T> = {}): Listing<Doc<T>> {
    const { filter, sort, fields, signal, cursor, ...rest } = options;
    const query = {
      ...rest,
      filter: filter && JSON.stringify(filter),
      sort: sort && String(sort),
      fields: fields && String(fields),
    };
    const load = (cursor: string | null | undefined) =>
      this.#transport.call<Page<Doc<T>>>("GET", this.#path, { query: { ...query, cursor }, signal });
    return new Listing(load, cursor);
  }

  get(id: string, options: CallOptions = {}): Promise<Doc<T>> {
    return this.#transport.call("GET", this.#one(id), options);
  }

  create(document: T, options?: CreateOptions): Promise<Doc<T>> {
    return this.#create(document, options);
  }

  /** Create up to 1000 documents, in order: none where one of them is invalid. */
  createMany(documents: readonly T[], options?: CreateOptions): Promise<Doc<T>[]> {
    return this.#create(documents, options);
  }

  /** The document with these fields instead of those it had. */
  replace(id: string, document: T, options: ChangeOptions = {}): Promise<Doc<T>> {
    return this.#transport.call("PUT", this.#one(id), { json: document, ...onlyVersion(options) });
  }

  /** The document after a merge patch (RFC 7396): null removes a field. */
  patch(id: string, patch: Patch<T>, options: ChangeOptions = {}): Promise<Doc<T>> {
    return this.#transport.call("PATCH", this.#one(id), { json: patch, ...onlyVersion(options) });
  }

  /** Remove a document; gives it as it was at last. */
  delete(id: string, options: ChangeOptions = {}): Promise<Doc<T>> {
    return this.#transport.call("DELETE", this.#one(id), onlyVersion(options));
  }

  /**
   * Hear of each change of a document that the filter matches, or has matched. Gives what ends it.
   *
   * A connection that is lost is opened again, and what was missed comes, in order and once; where that is
   * no longer to be had, an event `reset` says so.
   */
  async subscribe(
    handler: (event: DocumentEvent<T>) => void,
    options: { filter?: Filter<T> | undefined } & CallOptions = {},
  ): Promise<() => Promise<void>> {
    if (!this.#subscriber) throw new TypeError("This Db has no realtime service.");
    return this.#subscriber.subscribe(this.name, handler, options);
  }

  #one(id: string): string {
    return `${this.#path}/${encodeURIComponent(id)}`;
  }

  #create<R>(json: unknown, { key = this.#transport.key(), signal }: CreateOptions = {}): Promise<R> {
    const headers = { "Idempotency-Key": key };
    return this.#transport.call("POST", this.#path, { json, headers, signal, safe: true });
  }
}

/** A merge patch: null removes a field. */
export type Patch<T> = { [K in keyof T]?: Patched<T[K]> | null };

type Patched<V> = V extends readonly unknown[] ? V : V extends object ? Patch<V> : V;

function onlyVersion({ version, signal }: ChangeOptions) {
  return { signal, headers: version === undefined ? undefined : { "If-Match": `"${version}"` } };
}
