import { BackpackError, ownError } from "../errors.ts";
import type { Message } from "./link.ts";

export interface Entry {
  op: string;
  fields: object;
  /** Called before any later message is looked at. */
  answered(data: Message): void;
  failed(error: BackpackError): void;
  /** What happens to it with the connection: it is sent again, fails where it was sent, or goes with it. */
  fate: "resend" | "fail" | "drop";
}

const MAX_BYTES = 64 * 1024;
/** A socket may send 200 messages at once, and 100 a second; other things are sent besides. */
const BURST = 120;
const REFILL = 9;
const REFILL_EVERY = 100;

/** Whether a socket takes it; fails it, where not: the server would end the connection, each time anew. */
function fits(entry: Entry): boolean {
  const ok = new Blob([JSON.stringify(entry.fields)]).size < MAX_BYTES - 100;
  const detail = `A message is at most ${MAX_BYTES} bytes; use HTTP.`;
  if (!ok) entry.failed(new BackpackError({ type: "/problems/too-large", status: 413, detail }));
  return ok;
}

/** Requests on their way: sent in their order, not faster than the API takes them, and not lost with a connection. */
export class Outbox {
  readonly #limit: number;
  #send: ((text: string) => void) | undefined;
  #queue: Entry[] = [];
  readonly #sent = new Map<number, Entry>();
  #last = 0;
  #budget = BURST;
  #refill: ReturnType<typeof setTimeout> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Take a request in. Fails at once what is too large, or one too many. */
  put(entry: Entry): void {
    if (!fits(entry)) return;
    if (this.#queue.length >= this.#limit) {
      return entry.failed(ownError("queue-full", `${this.#limit} requests wait already.`));
    }
    this.#queue.push(entry);
    this.#flush();
  }

  /** There is a connection: `first` goes before all that waits. */
  connected(send: (text: string) => void, first: Entry[]): void {
    this.#send = send;
    this.#budget = BURST;
    this.#queue.unshift(...first.filter(fits));
    this.#flush();
  }

  /** The connection is gone; with an error for good: nothing is kept. */
  lost(error?: BackpackError): void {
    const sent = [...this.#sent.values()];
    const waiting = this.#queue;
    this.#send = undefined;
    this.#sent.clear();
    this.#queue = [];
    const reason =
      error ?? ownError("unreachable", "The connection was lost: it may or may not have happened.");
    for (const entry of [...sent, ...waiting]) {
      if (error || (entry.fate === "fail" && sent.includes(entry))) entry.failed(reason);
      else if (entry.fate !== "drop") this.#queue.push(entry);
    }
  }

  /** The answer to a request has come. */
  answer({ re, ok, data, error }: Message): void {
    const entry = this.#sent.get(re);
    this.#sent.delete(re);
    if (ok) entry?.answered(data);
    else entry?.failed(new BackpackError(error));
  }

  /** Whoever has asked doesn't want to know any more. */
  forget(entry: Entry, error: BackpackError): void {
    this.#queue = this.#queue.filter((one) => one !== entry);
    for (const [id, one] of this.#sent) if (one === entry) this.#sent.delete(id);
    entry.failed(error);
  }

  #flush(): void {
    while (this.#send && this.#queue.length && this.#budget > 0) {
      this.#budget--;
      const entry = this.#queue.shift()!;
      this.#sent.set(++this.#last, entry);
      this.#send(JSON.stringify({ id: this.#last, op: entry.op, ...entry.fields }));
    }
    if (this.#budget < BURST)
      this.#refill ??= setTimeout(() => {
        this.#refill = undefined;
        this.#budget = Math.min(BURST, this.#budget + REFILL);
        this.#flush();
      }, REFILL_EVERY);
  }
}
