let last = 0;

/**
 * A UUID of version 7 (RFC 9562) for this moment, in milliseconds since 1970. What is created with it as
 * its key gets its time, and stands in lists where it was made; so no two are of one millisecond.
 */
export function newKey(now: number): string {
  last = Math.max(now, last + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let hex = Math.trunc(last).toString(16).padStart(12, "0");
  for (const byte of bytes.subarray(6)) hex += byte.toString(16).padStart(2, "0");
  const variant = "89ab"[bytes[8]! & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
