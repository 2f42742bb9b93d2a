/**
 * Many clients that hear of one collection. Given the SDK, and `{url, token, collection, clients, total}` as
 * JSON: writes `ready` once all have subscribed, and in the end the `n` of every document of which each has
 * heard, in its order, and how often each has connected.
 */
import type { Sdk } from "./runner.ts";

const sdk: Sdk = await import(process.argv[2]!);
const { url, token, collection, clients, total } = JSON.parse(process.argv[3]!);

const crowd = Array.from({ length: clients }, () => {
  const client = sdk.createClient(url, { token, realtime: { backoff: [50, 500] } });
  const heard: number[] = [];
  let connections = 0;
  client.realtime.onStatus(({ state }) => {
    if (state === "open") connections++;
  });
  let last = () => {};
  const all = new Promise<void>((resolve) => {
    last = resolve;
  });
  const started = client.db.collection<{ n: number }>(collection).subscribe((event) => {
    if (event.type !== "create") return;
    heard.push(event.doc.n);
    if (event.doc.n === total - 1) last();
  });
  return { client, heard, all, started, connections: () => connections };
});
await Promise.all(crowd.map(({ started }) => started));
console.log("ready");
await Promise.all(crowd.map(({ all }) => all));
await Promise.all(crowd.map(({ client }) => client.realtime.ping()));
console.log(JSON.stringify(crowd.map(({ heard, connections }) => ({ heard, connections: connections() }))));
for (const { client } of crowd) client.close();
