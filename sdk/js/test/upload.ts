/**
 * An upload that is aborted once so many bytes are on their way. Given the SDK, and `{url, token, file, bytes}`
 * as JSON: writes the error's type, and by how many bytes the process has grown at most.
 */
import { openAsBlob } from "node:fs";
import type { Sdk } from "./runner.ts";

const sdk: Sdk = await import(process.argv[2]!);
const { url, token, file, bytes } = JSON.parse(process.argv[3]!);

const client = sdk.createClient(url, { token });
const abort = new AbortController();
const before = process.memoryUsage.rss();
let largest = before;
const upload = client.storage.upload(await openAsBlob(file), {
  filename: "big.bin",
  signal: abort.signal,
  onProgress: ({ loaded }) => {
    largest = Math.max(largest, process.memoryUsage.rss());
    if (loaded >= bytes) abort.abort();
  },
});
const type = await upload.then(
  () => "uploaded",
  (error) => error.type,
);
console.log(
  JSON.stringify({ type, grown: largest - before, files: (await client.storage.list()).items.length }),
);
