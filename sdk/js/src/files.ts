import { newKey } from "./identifiers.ts";

/** What is known of a file. `size` is in bytes, `sha256` in hex. */
export interface FileInfo {
  id: string;
  bucket: string;
  filename: string;
  contentType: string;
  size: number;
  sha256: string;
  public: boolean;
  ownerId: string;
  createdAt: string;
  updatedAt: string;
}

/** Bytes of a file that are on their way. */
export interface Progress {
  loaded: number;
  total: number;
}

/**
 * A form with one file, as `multipart/form-data`. Not a `FormData`: that one Node reads into memory without
 * waiting for the network, and its abort ends the process. Parts of a Blob are read when they are sent.
 */
export function formOf(
  file: Blob,
  { filename, ...fields }: { filename: string; bucket: string | undefined; public: boolean | undefined },
): Blob {
  const boundary = `backpack-${newKey(Date.now())}`;
  const part = `--${boundary}\r\nContent-Disposition: form-data; name=`;
  let head = "";
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) head += `${part}"${name}"\r\n\r\n${oneLine(value)}\r\n`;
  }
  head += `${part}"file"; filename="${oneLine(filename)}"\r\nContent-Type: ${file.type || "application/octet-stream"}\r\n\r\n`;
  return new Blob([head, file, `\r\n--${boundary}--\r\n`], {
    type: `multipart/form-data; boundary=${boundary}`,
  });
}

/** What would end a line or a name, written as browsers write it. */
function oneLine(text: unknown): string {
  return String(text).replace(/["\r\n]/g, encodeURIComponent);
}

/** A `fetch` that tells of what it has sent of a form of so many bytes: only XMLHttpRequest does, where there is one. */
export function tellingFetch(
  total: number,
  tell: (progress: Progress) => void,
  plain: typeof fetch,
): typeof fetch {
  // The form has a little more than its file.
  const sent = (loaded: number) => tell({ loaded: Math.min(loaded, total), total });
  const send = typeof XMLHttpRequest === "undefined" ? streamed : asked;
  return (input, init) => send(String(input), init!, sent, plain);
}

function asked(url: string, init: RequestInit, sent: (loaded: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    init.signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open(init.method!, url);
    request.withCredentials = init.credentials === "include";
    for (const [name, value] of Object.entries(init.headers!)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => sent(loaded);
    request.onload = () => {
      resolve(new Response(request.response || null, { status: request.status }));
    };
    request.onerror = request.onabort = () => reject(new TypeError("The request failed."));
    init.signal?.addEventListener("abort", () => request.abort());
    request.send(init.body as Blob);
  });
}

function streamed(
  url: string,
  init: RequestInit,
  sent: (loaded: number) => void,
  plain: typeof fetch,
): Promise<Response> {
  let loaded = 0;
  const counted = (init.body as Blob).stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, sink) {
        sink.enqueue(piece);
        sent((loaded += piece.byteLength));
      },
    }),
  );
  return plain(url, { ...init, body: counted, duplex: "half" } as RequestInit);
}
