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
      const retry = request.getResponseHeader("Retry-After");
      const headers = retry === null ? {} : { "Retry-After": retry };
      resolve(new Response(request.response || null, { status: request.status, headers }));
    };
    request.onerror = request.onabort = () => reject(new TypeError("The request failed."));
    init.signal?.addEventListener("abort", () => request.abort());
    request.send(init.body as FormData);
  });
}

function streamed(
  url: string,
  init: RequestInit,
  sent: (loaded: number) => void,
  plain: typeof fetch,
): Promise<Response> {
  const form = new Response(init.body as FormData);
  let loaded = 0;
  const counted = form.body!.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, sink) {
        sink.enqueue(piece);
        sent((loaded += piece.byteLength));
      },
    }),
  );
  const headers = { ...init.headers, "Content-Type": form.headers.get("Content-Type")! };
  return plain(url, { ...init, headers, body: counted, duplex: "half" } as RequestInit);
}
