/** The runner in a page, with the SDK that a script has put there as `backpack`. */
import { play, type Sdk, type Step, type World } from "./runner.ts";

Object.assign(globalThis, {
  play: (steps: Step[], world: World) =>
    play(steps, world, (globalThis as unknown as { backpack: Sdk }).backpack),
});
