/**
 * The runner in Node, with the SDK that its argument names: reads one case a line, `{steps, world}`, and
 * answers each with a line of what went wrong.
 */
import { createInterface } from "node:readline";
import { play } from "./runner.ts";

const sdk = await import(process.argv[2]!);

for await (const line of createInterface({ input: process.stdin })) {
  const { steps, world } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await play(steps, world, sdk.default ?? sdk))}\n`);
}
