import { type FileInfo, formOf, type Progress, tellingFetch } from "./files.ts";
import { Listing, type Page } from "./listing.ts";
import type { CallOptions } from "./options.ts";
import type { Request, Transport } from "./transport.ts";

export interface UploadOptions extends CallOptions {
  /** What groups files: `default` where none is given. */
  bucket?: string | undefined;
  /** Whether anyone may read it. */
  public?: boolean | undefined;
  /** The name; that of a `File` where none is given. */
  filename?: string | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** What makes an upload that is sent again the same one, for a day. */
  key?: string | undefined;
}

export interface DownloadOptions extends CallOptions {
  /** The first and the last byte that are wanted; without a last one, all from the first on. */
  range?: [number, number?] | undefined;
}

/** Files. */
export class Storage {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Keep a file. It appears once all of it is there. */
  upload(file: Blob | BufferSource | string, options: UploadOptions = {}): Promise<FileInfo> {
    const { key = this.#transport.key() } = options;
    return this.#send("POST", "/files", file, options, { headers: { "Idempotency-Key": key }, safe: true });
  }

  /** Put another content in a file's place, with its name and type. */
  replace(id: string, file: Blob | BufferSource | string, options: UploadOptions = {}): Promise<FileInfo> {
    return this.#send("PUT", path(id), file, options, {});
  }

  /** One's own files, in the order of their creation: `await` for a page, `for await` for all. */
  list({
    signal,
    cursor,
    ...query
  }: {
    bucket?: string | undefined;
    limit?: number | undefined;
    cursor?: string | null | undefined;
  } & CallOptions = {}): Listing<FileInfo> {
    const load = (cursor: string | null | undefined) =>
      this.#transport.call<Page<FileInfo>>("GET", "/files", { query: { ...query, cursor }, signal });
    return new Listing(load, cursor);
  }

  /** What is known of a file. */
  info(id: string, options: CallOptions = {}): Promise<FileInfo> {
    return this.#transport.call("GET", `${path(id)}/meta`, options);
  }

  /** Where its content is, for `src` and `href`: of a public file, and where a cookie keeps the session. */
  async url(id: string): Promise<string> {
    const settings = await this.#transport.settings();
    return this.#transport.address(settings, path(id), { key: settings.key });
  }

  /** The content. */
  download(id: string, options: DownloadOptions = {}): Promise<Blob> {
    return this.#read(id, options, (answer) => answer.blob());
  }

  /** The answer itself, whose `body` is a stream: for what is too large to be held. */
  open(id: string, options: DownloadOptions = {}): Promise<Response> {
    return this.#read(id, options, (answer) => answer);
  }

  rename(id: string, filename: string, options: CallOptions = {}): Promise<FileInfo> {
    return this.update(id, { filename }, options);
  }

  /** Change what is known of a file. */
  update(
    id: string,
    changes: { filename?: string | undefined; bucket?: string | undefined; public?: boolean | undefined },
    options: CallOptions = {},
  ): Promise<FileInfo> {
    return this.#transport.call("PATCH", path(id), { json: changes, ...options });
  }

  delete(id: string, options: CallOptions = {}): Promise<void> {
    return this.#transport.call("DELETE", path(id), options);
  }

  #read<T>(
    id: string,
    { signal, range }: DownloadOptions,
    read: (answer: Response) => T | Promise<T>,
  ): Promise<T> {
    const headers = range && { Range: `bytes=${range[0]}-${range[1] ?? ""}` };
    return this.#transport.send("GET", path(id), { headers, signal, timeout: 0 }, read);
  }

  #send(
    method: string,
    path: string,
    content: Blob | BufferSource | string,
    { bucket, public: isPublic, filename, onProgress, signal }: UploadOptions,
    request: Request,
  ): Promise<FileInfo> {
    const file = content instanceof Blob ? content : new Blob([content]);
    const form = formOf(file, {
      filename: filename ?? (file as File).name ?? "file",
      bucket,
      public: isPublic,
    });
    const fetch = onProgress && tellingFetch(file.size, onProgress, this.#transport.fetch);
    return this.#transport.call(method, path, { ...request, body: form, fetch, signal, timeout: 0 });
  }
}

function path(id: string): string {
  return `/files/${encodeURIComponent(id)}`;
}
