import type { Subscriber } from "../db.ts";
import type { DocumentEvent, Filter } from "../documents.ts";
import { aborted, type BackpackError, ownError, sessionEnded } from "../errors.ts";
import { Listeners } from "../listeners.ts";
import { Listing, type Page } from "../listing.ts";
import type { CallOptions } from "../options.ts";
import type { Transport } from "../transport.ts";
import { type Anything, Channel, type ChannelInfo } from "./channel.ts";
import { Link, type Message, type Status } from "./link.ts";
import { type Entry, Outbox } from "./outbox.ts";
import { Subscription } from "./subscription.ts";

export interface Broadcast<T = unknown> {
  from: string;
  data: T;
  seq: string;
}

/** Operations that may be sent twice. Others need a `key`. */
const SAFE = /^(ping|db\.(list|get)|channel\.(join|joinMine|list|members))$/;

interface Started {
  resolve(): void;
  reject(error: BackpackError): void;
}

/** One connection for subscriptions, channels and broadcasts, opened on need. */
export class Realtime implements Subscriber {
  readonly #transport: Transport;
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #subscriptions = new Map<Subscription, Started | null>();
  readonly #channels = new Map<string, Channel>();
  readonly #events = new Listeners<Message>();
  #user: string | undefined;
  #seq: string | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#outbox = new Outbox(transport.options.realtime?.queue ?? 500);
    this.#link = new Link(transport, {
      greeted: (hello) => this.#greeted(hello),
      received: (message) => this.#received(message),
      lost: (error) => this.#lost(error),
    });
    transport.session.changes.add(({ user }) => {
      if (this.#user && user?.id !== this.#user) this.#end(sessionEnded());
    });
  }

  /** How the connection is. */
  get status(): Status {
    return this.#link.status;
  }

  /** Hear how the connection is. Gives what ends it. */
  onStatus(listener: (status: Status) => void): () => void {
    return this.#link.statuses.add(listener);
  }

  /** Connect before anything needs it. */
  open(): void {
    this.#link.open();
  }

  /** End the connection, and every subscription. The next need opens another. */
  close(): void {
    this.#end(ownError("closed", "The connection was closed."));
  }

  /** A channel by its name, a type and a name: `chat/room-1`. Nothing is asked. */
  channel<T = Anything>(name: string): Channel<T> {
    const channel = this.#channels.get(name) ?? new Channel(name, this);
    this.#channels.set(name, channel);
    return channel as Channel<T>;
  }

  /** The channels that the user may know of; with a type only its own. */
  channels(type?: string, options?: CallOptions): Listing<ChannelInfo> {
    const load = (cursor: string | null | undefined) =>
      this.ask("channel.list", { channel: type, cursor }, options) as Promise<Page<ChannelInfo>>;
    return new Listing(load);
  }

  /** Get the messages of every channel that the user is a member of; gives their names. */
  async joinMine(options?: CallOptions): Promise<string[]> {
    const attach = ({ channels, seq }: Message) => {
      for (const name of channels) this.channel(name).attach({ seq });
    };
    return (await this.ask("channel.joinMine", {}, options, attach)).channels;
  }

  /** Leave one channel, and join another. */
  async change(from: string, to: string, options?: CallOptions): Promise<void> {
    await this.ask("channel.change", { from, channel: to }, options, (data) => {
      this.channel(to).attach(data);
      if (from !== to) this.channel(from).detach();
    });
  }

  /** Send to everybody who is connected. Without a connection it waits for one. */
  broadcast(
    data: unknown,
    options: CallOptions & { key?: string | undefined } = {},
  ): Promise<{ seq: string }> {
    return this.say("broadcast", { data }, options);
  }

  /** Connect, and hear every broadcast. What is said while the connection is lost isn't repeated. */
  onBroadcast<T = unknown>(listener: (message: Broadcast<T>) => void): () => void {
    this.#link.open();
    return this.onEvent(({ ev, ...message }) => {
      if (ev === "broadcast") listener(message as Broadcast<T>);
    });
  }

  /** Messages of channels may have been missed: they are no longer to be had. */
  onReset(listener: () => void): () => void {
    return this.onEvent(({ ev, sub }) => {
      if (ev === "reset" && !sub) listener();
    });
  }

  /** Hear every event as the server sends it. */
  onEvent(listener: (event: Message) => void): () => void {
    return this.#events.add(listener);
  }

  /** Ask whether the server is there. */
  async ping(options?: CallOptions): Promise<void> {
    await this.ask("ping", {}, options);
  }

  /** Any operation of the socket, with its fields. */
  request<R = Message>(op: string, fields: object = {}, options?: CallOptions): Promise<R> {
    return this.ask(op, fields, options) as Promise<R>;
  }

  /** See `Collection.subscribe`. */
  async subscribe<T>(
    collection: string,
    handler: (event: DocumentEvent<T>) => void,
    { filter, signal }: { filter?: Filter<T> | undefined } & CallOptions = {},
  ): Promise<() => Promise<void>> {
    // As JSON has it from now on: what JSON can't have fails here, and not on each connection.
    const sent = filter && JSON.parse(JSON.stringify(filter));
    const one = new Subscription(collection, sent, handler as (event: DocumentEvent<never>) => void);
    if (signal?.aborted) throw aborted(signal);
    const abort = () => {
      this.#subscriptions.get(one)?.reject(aborted(signal!));
      stop();
    };
    const stop = async () => {
      signal?.removeEventListener("abort", abort);
      if (!this.#subscriptions.delete(one) || !one.id) return;
      await this.ask("unsubscribe", { sub: one.id }).catch(() => {}); // the connection took it along
    };
    signal?.addEventListener("abort", abort);
    await new Promise<void>((resolve, reject) => {
      this.#subscriptions.set(one, { resolve, reject });
      if (this.status.state === "open") this.#outbox.put(this.#begin(one));
      else this.#link.open();
    });
    return stop;
  }

  /** @internal */
  ask(
    op: string,
    fields: object,
    { signal }: CallOptions = {},
    answered?: (data: Message) => void,
  ): Promise<Message> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted(signal));
      const abort = () => this.#outbox.forget(entry, aborted(signal!));
      const settled = () => signal?.removeEventListener("abort", abort);
      const entry: Entry = {
        op,
        fields,
        fate: SAFE.test(op) || "key" in fields ? "resend" : "fail",
        answered: (data) => {
          settled();
          answered?.(data);
          resolve(data);
        },
        failed: (error) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener("abort", abort);
      this.#outbox.put(entry);
      this.#link.open();
    });
  }

  /** @internal */
  say(
    op: string,
    fields: object,
    { key = this.#transport.key(), signal }: CallOptions & { key?: string | undefined },
  ): Promise<{ seq: string }> {
    return this.ask(op, { ...fields, key }, { signal }) as Promise<{ seq: string }>;
  }

  #greeted({ user, seq }: Message): void {
    this.#user = user.id;
    this.#seq = seq;
    this.#transport.session.known(user);
    const first = [...this.#subscriptions.keys()].map((one) => this.#begin(one));
    for (const channel of this.#channels.values()) if (channel.since) first.push(this.#rejoin(channel));
    this.#outbox.connected((text) => this.#link.send(text), first);
  }

  #received(message: Message): void {
    if ("re" in message) return this.#outbox.answer(message);
    const { ev, sub, channel, user, type } = message;
    for (const one of [...this.#subscriptions.keys()]) {
      if (!sub || one.id !== sub) continue;
      if (ev === "db") one.deliver(message);
      else if (ev === "reset") {
        this.#rewind(one);
        one.tell({ type: "reset" });
      }
    }
    if (ev === "reset" && !sub) {
      for (const one of this.#channels.values()) this.#rewind(one);
    }
    const one = this.#channels.get(channel);
    one?.received(message);
    if (type === "leave" && user === this.#user) one?.detach();
    this.#events.tell(message);
  }

  /** After a reset go on from what has come over this connection, or from where it began. */
  #rewind(one: Subscription | Channel): void {
    if (one.since && one.since === one.from) one.since = this.#seq;
  }

  #lost(error?: BackpackError): void {
    for (const one of this.#subscriptions.keys()) one.id = undefined;
    this.#outbox.lost(error);
    if (error) this.#endAll(error);
  }

  /** Subscribe on this connection. */
  #begin(one: Subscription): Entry {
    const { collection, filter, since } = one;
    one.from = since;
    return {
      op: "db.subscribe",
      fields: { collection, filter, since },
      fate: "drop",
      answered: ({ sub, seq }) => {
        one.id = sub;
        one.since ??= seq;
        if (!this.#subscriptions.has(one)) return void this.ask("unsubscribe", { sub }).catch(() => {});
        this.#subscriptions.get(one)?.resolve();
        this.#subscriptions.set(one, null);
      },
      failed: (error) => {
        if (this.#subscriptions.get(one) === null && passes(error)) this.#link.again();
        else this.#endOne(one, error);
      },
    };
  }

  #rejoin(channel: Channel): Entry {
    channel.from = channel.since;
    return {
      op: "channel.join",
      fields: { channel: channel.name, since: channel.since },
      fate: "drop",
      answered: () => {},
      failed: (error) => {
        if (passes(error)) this.#link.again();
        else if (error.status) {
          channel.detach();
          channel.received({ ev: "presence", channel: channel.name, user: this.#user, type: "leave" });
        }
      },
    };
  }

  #end(error: BackpackError): void {
    this.#link.close();
    this.#outbox.lost(error);
    this.#endAll(error);
  }

  #endAll(error: BackpackError): void {
    this.#user = undefined;
    for (const one of [...this.#subscriptions.keys()]) this.#endOne(one, error);
    for (const channel of this.#channels.values()) channel.detach();
  }

  #endOne(one: Subscription, error: BackpackError): void {
    const started = this.#subscriptions.get(one);
    if (!this.#subscriptions.delete(one)) return;
    if (started) started.reject(error);
    else one.tell({ type: "end", error });
  }
}

/** Whether the same may well succeed a moment later. */
function passes({ status }: BackpackError): boolean {
  return status === 429 || status > 499;
}
