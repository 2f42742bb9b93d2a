import assert from "node:assert/strict";
import { test } from "node:test";
import { newKey } from "../../src/identifiers.ts";

test("keys are UUIDs of version 7 with the time that is given, and no two are of one millisecond", () => {
  const now = Date.UTC(2031, 0, 1);
  const keys = Array.from({ length: 1000 }, () => newKey(now));
  for (const key of keys)
    assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const times = keys.map((key) => Number.parseInt(key.replaceAll("-", "").slice(0, 12), 16));
  assert.deepEqual(
    times,
    times.map((_, number) => now + number),
  );
});
