import { Listeners } from "../listeners.ts";
import type { CallOptions } from "../options.ts";
import type { Message } from "./link.ts";
import type { Realtime } from "./realtime.ts";

// biome-ignore lint/suspicious/noExplicitAny: what nobody has described may be anything
export type Anything = any;

export interface ChannelInfo {
  channel: string;
  private: boolean;
  ownerId: string;
}

export interface ChannelMessage<T = unknown> {
  channel: string;
  /** The user who sent it. */
  from: string;
  data: T;
  seq: string;
}

/** `online` is a member's first connection, `offline` the end of his last one. */
export interface PresenceEvent {
  channel: string;
  user: string;
  type: "join" | "leave" | "online" | "offline";
}

export interface Member {
  user: string;
  online: boolean;
}

/** A place for messages between users. Membership is the user's: it outlives connections. */
export class Channel<T = Anything> {
  readonly name: string;
  /** The message after which to go on; undefined while this client gets none. */
  since: string | undefined;
  /** What that was when this connection began. */
  from: string | undefined;
  readonly #realtime: Realtime;
  readonly #messages = new Listeners<ChannelMessage<T>>();
  readonly #presence = new Listeners<PresenceEvent>();

  constructor(name: string, realtime: Realtime) {
    this.name = name;
    this.#realtime = realtime;
  }

  /** Make it, and join it. 409 where it exists. Who is in `members` may join a private one. */
  async create({
    signal,
    ...fields
  }: {
    private?: boolean | undefined;
    members?: string[] | undefined;
  } & CallOptions = {}): Promise<ChannelInfo> {
    const { seq, ...info } = await this.#ask("create", fields, { signal }, (data) => this.attach(data));
    return info as ChannelInfo;
  }

  /** Become a member, and get its messages from now on. */
  async join(options?: CallOptions): Promise<void> {
    await this.#ask("join", {}, options, (data) => this.attach(data));
  }

  /** Make somebody else a member, as who has made the channel. */
  async add(user: string, options?: CallOptions): Promise<void> {
    await this.#ask("join", { user }, options);
  }

  /** Be no member any more. */
  async leave(options?: CallOptions): Promise<void> {
    await this.#ask("leave", {}, options, () => this.detach());
  }

  /** Remove it, as who has made it. */
  async delete(options?: CallOptions): Promise<void> {
    await this.#ask("delete", {}, options, () => this.detach());
  }

  /** The members, and who of them is connected. */
  async members(options?: CallOptions): Promise<Member[]> {
    return (await this.#ask("members", {}, options)).items;
  }

  /**
   * Send to all members, the sender too. Without a connection it waits for one; all that is sent arrives
   * once, in its order.
   */
  publish(data: T, options: CallOptions & { key?: string | undefined } = {}): Promise<{ seq: string }> {
    return this.#realtime.say("channel.publish", { channel: this.name, data }, options);
  }

  /** Hear every message. Gives what ends it. */
  onMessage(listener: (message: ChannelMessage<T>) => void): () => void {
    return this.#messages.add(listener);
  }

  /** Hear who comes and goes. Gives what ends it. */
  onPresence(listener: (event: PresenceEvent) => void): () => void {
    return this.#presence.add(listener);
  }

  /** @internal */
  attach({ seq }: Message): void {
    this.since ??= seq;
  }

  /** @internal */
  detach(): void {
    this.since = undefined;
  }

  /** @internal */
  received({ ev, ...event }: Message): void {
    if (ev === "channel") {
      this.since = event.seq;
      this.#messages.tell(event as ChannelMessage<T>);
    } else this.#presence.tell(event as PresenceEvent);
  }

  #ask(
    op: string,
    fields: object,
    options?: CallOptions,
    answered?: (data: Message) => void,
  ): Promise<Message> {
    return this.#realtime.ask(`channel.${op}`, { channel: this.name, ...fields }, options, answered);
  }
}
