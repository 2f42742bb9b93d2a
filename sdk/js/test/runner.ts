/** Plays the cases of `sdk/cases` with this SDK: in Node, and in browsers. */
import type { Client } from "../src/index.ts";
import { difference, resolve, show, type Variables } from "./values.ts";

/** Where and as whom a case is played; `tests/support/sdk_world.py` makes it. */
export interface World {
  clients: Record<string, ClientSpec>;
  variables: Variables;
  control: string;
  /** Milliseconds that this machine's clock is off. */
  clock: number;
}

interface ClientSpec {
  url: string;
  account: { email: string; password: string } | null;
  options: object;
  /** The function that makes it, where it isn't `createClient`. */
  maker: string | null;
}

export type Sdk = typeof import("../src/index.ts");

export interface Step {
  do?: string;
  in?: string;
  args?: unknown[];
  options?: Record<string, unknown>;
  each?: boolean;
  gives?: unknown;
  has?: unknown;
  fails?: unknown;
  until?: unknown;
  start?: string;
  listen?: string;
  progress?: string;
  events?: string;
  are?: unknown[];
  quiet?: string;
  stop?: string;
  finish?: string;
  abort?: string;
  world?: string;
  [parameter: string]: unknown;
}

type Outcome = { value: unknown } | { error: unknown };

const WITHIN = 20_000;

/** What went wrong, or null. */
export async function play(steps: Step[], world: World, sdk: Sdk): Promise<string | null> {
  const player = new Player(world, sdk);
  const now = Date.now;
  let at = 0;
  try {
    Date.now = () => now() + world.clock;
    await player.begin();
    for (; at < steps.length; at++) await player.step(steps[at]!);
    return null;
  } catch (error) {
    return `step ${at + 1}, ${show(steps[at])}: ${error instanceof Error ? error.stack : show(error)}`;
  } finally {
    Date.now = now;
    player.end();
  }
}

class Player {
  readonly #sdk: Sdk;
  readonly #world: World;
  readonly #variables: Variables;
  readonly #clients = new Map<string, Client>();
  readonly #sockets = new Map<string, object>();
  readonly #heard = new Map<string, unknown[]>();
  readonly #stops = new Map<string, () => unknown>();
  readonly #pending = new Map<string, { outcome: Promise<Outcome>; abort: AbortController }>();

  constructor(world: World, sdk: Sdk) {
    this.#sdk = sdk;
    this.#world = world;
    this.#variables = world.variables;
  }

  async begin(): Promise<void> {
    for (const [name, { url, account, options, maker }] of Object.entries(this.#world.clients)) {
      const client =
        maker === "createSdk"
          ? this.#sdk.createSdk(url)
          : this.#sdk.createClient(url, { session: "token", tokenStore: null, ...options });
      this.#clients.set(name, client);
      if (account) await client.auth.login(account.email, account.password);
    }
  }

  end(): void {
    for (const client of this.#clients.values()) client.close();
  }

  async step(step: Step): Promise<void> {
    if (step.world) await this.#act(step);
    else if (step.events) await this.#events(step);
    else if (step.quiet) check(this.#heard.get(step.quiet)!.length === 0, this.#heard.get(step.quiet));
    else if (step.stop) await this.#stops.get(step.stop)!();
    else if (step.abort) this.#pending.get(step.abort)!.abort.abort();
    else if (step.finish) this.#judge(step, await this.#pending.get(step.finish)!.outcome);
    else if (step.start) {
      const abort = new AbortController();
      this.#pending.set(step.start, { outcome: this.#call(step, abort.signal), abort });
    } else if ("until" in step) await this.#until(step);
    else this.#judge(step, await this.#call(step));
  }

  async #call(step: Step, signal?: AbortSignal): Promise<Outcome> {
    try {
      const [name = "", service = "", method = ""] = step.do!.split(".");
      const client = this.#clients.get(name)!;
      const inside = step.in === undefined ? undefined : String(resolve(step.in, this.#variables));
      // biome-ignore lint/suspicious/noExplicitAny: the names come from the cases
      let target: any = client[service as "db"];
      if (service === "ws") target = this.#socket(name);
      if (inside !== undefined)
        target = service === "db" ? target.collection(inside) : target.channel(inside);
      if (typeof target[method] !== "function") return { value: target[method] };
      const given = (step.args ?? []).map((one) => resolve(one, this.#variables));
      if (step.listen) given.push(this.#listener(step.listen));
      const options = {
        ...(resolve(step.options ?? {}, this.#variables) as object),
        ...(signal && { signal }),
        ...(step.progress && { onProgress: this.#listener(step.progress) }),
      };
      if (Object.keys(options).length) given.push(options);
      let value = target[method](...given);
      if (step.each) value = await all(value);
      value = await value;
      if (step.listen) this.#stops.set(step.listen, value);
      return { value: value instanceof Blob ? await value.text() : value };
    } catch (error) {
      return { error };
    }
  }

  /** The object that `ws()` of a client has given. */
  #socket(name: string): object {
    const known = this.#sockets.get(name);
    const socket = known ?? (this.#clients.get(name) as ReturnType<Sdk["createSdk"]>).ws();
    this.#sockets.set(name, socket);
    return socket;
  }

  #listener(name: string): (event: unknown) => void {
    const heard: unknown[] = [];
    this.#heard.set(name, heard);
    return (event) => heard.push(event);
  }

  #judge(step: Step, outcome: Outcome): void {
    if ("fails" in step) {
      if (!("error" in outcome)) throw new Error(`gave ${show(outcome.value)}, and should fail`);
      check(outcome.error instanceof this.#sdk.BackpackError, outcome.error);
      this.#match(step.fails, outcome.error);
    } else if ("error" in outcome) throw outcome.error;
    else if ("gives" in step) this.#match(step.gives, outcome.value);
    else if ("has" in step) {
      const found = outcome.value as unknown[];
      check(
        found.some((one) => difference(step.has, one, { ...this.#variables }) === null),
        found,
      );
    }
  }

  async #until(step: Step): Promise<void> {
    const deadline = performance.now() + WITHIN;
    for (;;) {
      const outcome = await this.#call(step);
      const wrong = difference(
        step.until,
        "error" in outcome ? outcome.error : outcome.value,
        this.#variables,
      );
      if (wrong === null) return;
      if (performance.now() > deadline) throw "error" in outcome ? outcome.error : new Error(wrong);
      await pause();
    }
  }

  async #events(step: Step): Promise<void> {
    const heard = this.#heard.get(step.events!)!;
    const deadline = performance.now() + WITHIN;
    const passed: unknown[] = [];
    const next = async (): Promise<unknown> => {
      while (heard.length === 0) {
        if (performance.now() > deadline)
          throw new Error(`no such call has come, only ${JSON.stringify(passed)}`);
        await pause();
      }
      passed.push(heard.shift());
      return passed.at(-1);
    };
    if ("until" in step) {
      const ends = Array.isArray(step.until) ? step.until : [step.until];
      const is = (call: unknown) => ends.some((end) => difference(end, call, this.#variables) === null);
      while (!is(await next()));
    } else for (const wanted of step.are!) this.#match(wanted, await next());
  }

  async #act({ world, gives, ...parameters }: Step): Promise<void> {
    const answer = await fetch(`${this.#world.control}/${world}`, {
      method: "POST",
      body: JSON.stringify(resolve(parameters, this.#variables)),
    });
    const found = await answer.json();
    if (gives !== undefined) this.#match(gives, found);
  }

  #match(wanted: unknown, found: unknown): void {
    const wrong = difference(wanted, found, this.#variables);
    if (wrong !== null) throw new Error(`${wrong}; it is ${show(found)}`);
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of items) found.push(one);
  return found;
}

function check(condition: boolean, found: unknown): void {
  if (!condition) throw found instanceof Error ? found : new Error(`it is ${show(found)}`);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
