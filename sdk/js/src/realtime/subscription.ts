import type { DocumentEvent } from "../documents.ts";
import { call } from "../listeners.ts";
import type { Message } from "./link.ts";

/** Documents whose version is remembered, of one subscription. */
const REMEMBERED = 10_000;

/** One subscription, over as many connections as it takes. */
export class Subscription {
  readonly collection: string;
  readonly filter: object | undefined;
  readonly #handler: (event: DocumentEvent<never>) => void;
  /** What the server calls it on this connection. */
  id: string | undefined;
  /** After which event to go on. */
  since: string | undefined;
  /** What that was when this connection began. */
  from: string | undefined;
  readonly #versions = new Map<string, number>();

  constructor(
    collection: string,
    filter: object | undefined,
    handler: (event: DocumentEvent<never>) => void,
  ) {
    this.collection = collection;
    this.filter = filter;
    this.#handler = handler;
  }

  tell(event: DocumentEvent<never>): void {
    call(this.#handler, event);
  }

  /** Hand an event on, unless a newer one of its document was there before: replicas may overtake each other. */
  deliver({ type, doc, seq }: Message): void {
    this.since = seq;
    const { id, version } = doc;
    if (version !== undefined) {
      const known = this.#versions.get(id) ?? 0;
      if (version < known || (version === known && type !== "delete")) return;
      this.#versions.delete(id); // so that it is the newest in the map
      this.#versions.set(id, version);
      if (this.#versions.size > REMEMBERED) this.#versions.delete(this.#versions.keys().next().value!);
    }
    this.tell({ type, doc, seq } as DocumentEvent<never>);
  }
}
