/** What takes minutes in the world, on a clock of the tests' own. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, type TestContext, test } from "node:test";
import { type Client, createClient, type DocumentEvent } from "../../src/index.ts";
import { FakeSocket } from "./fake-socket.ts";

const OPTIONS = { tokenStore: null, WebSocket: FakeSocket as unknown as new (url: string) => WebSocket };

let client: Client;

beforeEach(() => {
  FakeSocket.all = [];
  FakeSocket.up = FakeSocket.greets = true;
  client = createClient("http://api", { ...OPTIONS, token: "secret" });
});

afterEach(() => client.close());

/** Let what is due be done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

async function pass(context: TestContext, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    context.mock.timers.tick(50);
    await settle();
  }
}

function start(context: TestContext): void {
  context.mock.timers.enable({ apis: ["setTimeout"] });
}

test("a server that is away for two minutes is asked seldom, and all goes on when it is back", async (context) => {
  start(context);
  const events: DocumentEvent<object>[] = [];
  const states: string[] = [];
  client.realtime.onStatus(({ state }) => states.push(state));
  const subscribing = client.db.collection("tasks").subscribe((event) => events.push(event));
  await settle();
  FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "8-0-0" });
  await subscribing;
  FakeSocket.last.tell({ ev: "db", sub: "1", type: "create", doc: { id: "a", version: 1 }, seq: "9-0-0" });
  await settle();

  FakeSocket.up = false;
  FakeSocket.last.lose();
  const words = ["one", "two", "three"];
  const said = words.map((word) => client.realtime.channel("chat/room").publish(word));
  await pass(context, 120_000);
  const tries = FakeSocket.all.length - 1;
  assert.ok(tries >= 6 && tries <= 14, `${tries} tries`);
  assert.equal(client.realtime.status.state, "waiting");
  assert.ok(client.realtime.status.retryIn! <= 30_000);

  FakeSocket.up = true;
  await pass(context, 30_000);
  const socket = FakeSocket.last;
  assert.deepEqual(
    socket.sent.filter(({ op }) => op !== "ping").map(({ op, since, data }) => [op, since, data]),
    [
      ["auth", undefined, undefined],
      ["db.subscribe", "9-0-0", undefined],
      ...words.map((word) => ["channel.publish", undefined, word]),
    ],
  );
  socket.answer("db.subscribe", { sub: "1", seq: "9-0-0" });
  socket.tell({ ev: "db", sub: "1", type: "update", doc: { id: "a", version: 2 }, seq: "10-0-0" });
  for (const { id } of socket.of("channel.publish"))
    socket.tell({ re: id, ok: true, data: { seq: "11-0-0" } });
  await Promise.all(said);
  assert.deepEqual(
    events.map((event) => event.type),
    ["create", "update"],
  );
  assert.deepEqual(states.slice(-2), ["connecting", "open"]);
});

test("a browser that is online again doesn't wait", async (context) => {
  start(context);
  const listeners: Record<string, () => void> = {};
  Object.assign(globalThis, {
    addEventListener: (name: string, listener: () => void) => Object.assign(listeners, { [name]: listener }),
    removeEventListener: () => {},
  });
  context.after(() => {
    Object.assign(globalThis, { addEventListener: undefined, removeEventListener: undefined });
  });
  client.realtime.open();
  await settle();
  FakeSocket.up = false;
  FakeSocket.last.lose();
  await pass(context, 20_000);
  const before = FakeSocket.all.length;
  FakeSocket.up = true;
  listeners.online!();
  await settle();
  assert.equal(FakeSocket.all.length, before + 1);
  assert.equal(client.realtime.status.state, "open");
});

test("a server that takes connections and drops them at once isn't stormed", async (context) => {
  start(context);
  client.realtime.open();
  for (let second = 0; second < 120; second++) {
    await settle();
    if (client.realtime.status.state === "open") FakeSocket.last.lose();
    await pass(context, 1000);
  }
  assert.ok(FakeSocket.all.length <= 15, `${FakeSocket.all.length} connections`);
});

for (const [what, refuse] of [
  ["can't look the token up", () => FakeSocket.last.refuse("auth", 503)],
  ["closes without a word of the session", () => FakeSocket.last.lose(4003)],
] as const)
  test(`a server that ${what} ends no session, and isn't stormed`, async (context) => {
    start(context);
    context.mock.method(globalThis, "fetch", async () => Response.json({ status: 503 }, { status: 503 }));
    FakeSocket.greets = false;
    client.realtime.open();
    for (let second = 0; second < 120; second++) {
      await settle();
      if (client.realtime.status.state === "connecting") refuse();
      await pass(context, 1000);
    }
    assert.ok(FakeSocket.all.length >= 5 && FakeSocket.all.length <= 15, `${FakeSocket.all.length} times`);
    assert.equal(client.auth.token, "secret");
    FakeSocket.greets = true;
    await pass(context, 60_000);
    assert.equal(client.realtime.status.state, "open");
  });

test("a token that the server knows to be no session's ends the session", async () => {
  FakeSocket.greets = false;
  client.realtime.open();
  await settle();
  FakeSocket.last.refuse("auth", 401);
  await settle();
  assert.equal(client.realtime.status.state, "closed");
  assert.equal(client.auth.token, null);
});

for (const [status, tries] of [
  [401, 1],
  [503, 2],
  [200, 2],
] as const)
  test(`whether a cookie is a session's is asked for, where nobody was let in: ${status}`, async (context) => {
    start(context);
    const fetch = async () => Response.json({ status, type: "/problems/not-signed-in" }, { status });
    const page = createClient("http://api", { ...OPTIONS, session: "cookie", fetch });
    context.after(() => page.close());
    page.realtime.open();
    await settle();
    FakeSocket.last.lose(4003);
    await pass(context, 3_000);
    assert.equal(FakeSocket.all.length, tries);
    assert.equal(page.realtime.status.state, status === 401 ? "closed" : "connecting");
  });

test("who had a session by a cookie hears once that it has ended, and why", async (context) => {
  start(context);
  const heard: unknown[] = [];
  const problem = { status: 401, type: "/problems/not-signed-in" };
  const fetch = async () => Response.json(problem, { status: 401 });
  client = createClient("http://api", { ...OPTIONS, session: "cookie", fetch });
  client.auth.onChange(({ reason }) => heard.push(reason));
  const subscribing = client.db.collection("tasks").subscribe(({ type }) => heard.push(type));
  await settle();
  FakeSocket.last.tell({ ev: "hello", user: { id: "ada" }, seq: "7-0-0" });
  await settle();
  FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "8-0-0" });
  await subscribing;
  FakeSocket.last.lose();
  await pass(context, 1_000);
  FakeSocket.last.lose(4003);
  await pass(context, 60_000);
  assert.deepEqual(heard, ["restored", "end", "ended"]);
  assert.equal(client.realtime.status.state, "closed");
  assert.equal(client.realtime.status.error?.status, 401);
  assert.equal(FakeSocket.all.length, 2);
});

test("a store that is away for a moment ends no subscription and no channel", async (context) => {
  start(context);
  client = createClient("http://api", { ...OPTIONS, token: "secret", realtime: { backoff: [500, 2000] } });
  const heard: string[] = [];
  const room = client.realtime.channel("chat/room");
  const joining = room.join();
  const subscribing = client.db.collection("tasks").subscribe(({ type }) => heard.push(type));
  room.onPresence(({ type }) => heard.push(type));
  await settle();
  FakeSocket.last.answer("channel.join", { seq: "8-0-0" });
  FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "8-0-0" });
  await Promise.all([joining, subscribing]);
  for (const [op, status] of [
    ["db.subscribe", 503],
    ["db.subscribe", 429],
    ["channel.join", 503],
    ["channel.join", 429],
  ] as const) {
    FakeSocket.last.lose();
    await pass(context, 5_000);
    FakeSocket.last.refuse(op, status);
    await settle();
    assert.equal(client.realtime.status.state, "waiting");
    await pass(context, 5_000);
    assert.deepEqual(
      ["db.subscribe", "channel.join"].map((again) => FakeSocket.last.of(again)[0]?.since),
      ["8-0-0", "8-0-0"],
    );
  }
  assert.deepEqual(heard, []);
  FakeSocket.last.refuse("db.subscribe", 403);
  FakeSocket.last.refuse("channel.join", 404);
  await settle();
  assert.deepEqual(heard, ["end", "leave"]);
});

test("a first subscription that a store refuses is its caller's to try again", async () => {
  const subscribing = client.db.collection("tasks").subscribe(() => {});
  await settle();
  FakeSocket.last.refuse("db.subscribe", 503);
  await assert.rejects(subscribing, { status: 503 });
  assert.equal(client.realtime.status.state, "open");
});

test("a filter that JSON can't have is refused at once, and harms nothing", async () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.itself = cyclic;
  const tasks = client.db.collection("tasks");
  await assert.rejects(
    tasks.subscribe(() => {}, { filter: { n: 1n } }),
    TypeError,
  );
  await assert.rejects(
    tasks.subscribe(() => {}, { filter: cyclic }),
    TypeError,
  );
  const filter = { n: 1 };
  const subscribing = tasks.subscribe(() => {}, { filter });
  Object.assign(filter, { itself: filter });
  await settle();
  assert.deepEqual(FakeSocket.last.of("db.subscribe")[0]!.filter, { n: 1 });
  FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "8-0-0" });
  await subscribing;
});

test("what waits is sent no faster than the API takes it", async (context) => {
  start(context);
  client.realtime.open();
  const said = Array.from({ length: 400 }, (_, number) =>
    client.realtime.channel("chat/room").publish(number),
  );
  Promise.all(said).catch(() => {});
  await settle();
  const at: number[] = [];
  for (let tenth = 0; tenth < 40; tenth++) {
    at.push(FakeSocket.last.of("channel.publish").length);
    await pass(context, 100);
  }
  assert.ok(at[0]! <= 200, `${at[0]} at once`);
  for (let tenth = 0; tenth + 10 < at.length; tenth++) assert.ok(at[tenth + 10]! - at[tenth]! <= 100);
  const numbers = FakeSocket.last.of("channel.publish").map(({ data }) => data);
  assert.deepEqual(
    numbers,
    Array.from({ length: 400 }, (_, number) => number),
  );
});

test("silence is asked about, and a connection that doesn't answer is given up", async (context) => {
  start(context);
  client.realtime.open();
  await settle();
  await pass(context, 21_000);
  assert.equal(FakeSocket.last.of("ping").length, 1);
  FakeSocket.last.tell({ re: "ping", ok: true, data: "pong" });
  await pass(context, 21_000);
  assert.equal(FakeSocket.last.of("ping").length, 2);
  assert.equal(FakeSocket.all.length, 1);
  await pass(context, 12_000);
  assert.equal(FakeSocket.all.length, 2);
});

test("an event that a newer one has overtaken is dropped", async () => {
  const events: DocumentEvent<{ n: number }>[] = [];
  const subscribing = client.db.collection<{ n: number }>("tasks").subscribe((event) => events.push(event));
  await settle();
  const socket = FakeSocket.last;
  socket.answer("db.subscribe", { sub: "1", seq: "8-0-0" });
  await subscribing;
  const versions: [string, number][] = [
    ["create", 1],
    ["update", 3],
    ["update", 2],
    ["update", 3],
    ["delete", 3],
  ];
  for (const [type, version] of versions)
    socket.tell({ ev: "db", sub: "1", type, doc: { id: "a", version }, seq: "9-0-0" });
  await settle();
  assert.deepEqual(
    events.map((event) => ("doc" in event ? [event.type, event.doc.version] : event.type)),
    [
      ["create", 1],
      ["update", 3],
      ["delete", 3],
    ],
  );
});

test("after a reset it goes on from what was heard, or from where the connection began", async (context) => {
  start(context);
  const room = client.realtime.channel("chat/room");
  const joining = room.join();
  const subscribing = client.db.collection("tasks").subscribe(() => {});
  await settle();
  FakeSocket.last.answer("channel.join", { seq: "3-0-0" });
  FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "3-0-0" });
  await Promise.all([joining, subscribing]);
  const sinces: unknown[] = [];
  for (const number of [1, 2, 3]) {
    FakeSocket.last.lose(1012);
    await pass(context, 5_000);
    FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "7-0-0" });
    if (number === 2) {
      FakeSocket.last.tell({ ev: "channel", channel: "chat/room", from: "ada", data: "Hello", seq: "8-0-0" });
      FakeSocket.last.tell({
        ev: "db",
        sub: "1",
        type: "create",
        doc: { id: "a", version: 1 },
        seq: "9-0-0",
      });
    }
    FakeSocket.last.tell({ ev: "reset", sub: "1" });
    FakeSocket.last.tell({ ev: "reset" });
    await settle();
    sinces.push(["channel.join", "db.subscribe"].map((op) => FakeSocket.last.of(op)[0]!.since));
  }
  assert.deepEqual(sinces, [
    ["3-0-0", "3-0-0"],
    ["7-0-0", "7-0-0"],
    ["8-0-0", "9-0-0"],
  ]);
});

test("a reset of channels is told, and doesn't end them", async () => {
  const room = client.realtime.channel("chat/room");
  const joining = room.join();
  await settle();
  FakeSocket.last.answer("channel.join", { channel: "chat/room", seq: "8-0-0" });
  await joining;
  let resets = 0;
  client.realtime.onReset(() => resets++);
  FakeSocket.last.tell({ ev: "reset" });
  await settle();
  assert.equal(resets, 1);
});

test("an application's error in a listener is its own, and ends nothing", async (context) => {
  const uncaught: unknown[] = [];
  context.mock.method(globalThis, "queueMicrotask", (task: () => void) => {
    Promise.resolve()
      .then(task)
      .catch((error) => uncaught.push(error));
  });
  const heard: string[] = [];
  client.realtime.onStatus(() => {
    throw new Error("in a status");
  });
  const subscribing = client.db.collection("tasks").subscribe(({ type }) => {
    heard.push(type);
    throw new Error("in an event");
  });
  await settle();
  FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "8-0-0" });
  await subscribing;
  FakeSocket.last.tell({ ev: "reset", sub: "1" });
  FakeSocket.last.tell({ ev: "reset", sub: "1" });
  await settle();
  assert.deepEqual(heard, ["reset", "reset"]);
  assert.equal(client.realtime.status.state, "open");
  assert.equal(uncaught.length, 4); // connecting, open, and two events
});

test("a signal ends a subscription, and is let go of with it", async () => {
  const { signal, abort, listeners } = countingSignal();
  const subscribing = client.db.collection("tasks").subscribe(() => {}, { signal });
  await settle();
  FakeSocket.last.answer("db.subscribe", { sub: "1", seq: "8-0-0" });
  const stop = await subscribing;
  const pinging = client.realtime.ping({ signal });
  await settle();
  assert.equal(listeners(), 2);
  FakeSocket.last.tell({ re: FakeSocket.last.of("ping").at(-1)!.id, ok: true });
  await pinging;
  assert.equal(listeners(), 1);
  abort();
  await settle();
  assert.equal(FakeSocket.last.of("unsubscribe").length, 1);
  assert.equal(listeners(), 0);
  await stop();
  await assert.rejects(
    client.db.collection("tasks").subscribe(() => {}, { signal }),
    { type: "backpack:aborted" },
  );
});

function countingSignal() {
  const controller = new AbortController();
  let count = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    count++;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    count--;
    remove(...given);
  };
  return { signal, abort: () => controller.abort(), listeners: () => count };
}
