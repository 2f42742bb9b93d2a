/** The runner in Node: reads one case a line, `{steps, world}`, and answers each with a line of what went wrong. */
import { createInterface } from "node:readline";
import { play } from "./runner.ts";

for await (const line of createInterface({ input: process.stdin })) {
  const { steps, world } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await play(steps, world))}\n`);
}
