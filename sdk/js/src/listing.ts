/** One page of a list. `nextCursor` is null where there is no more; `total` is there where it was asked for. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total?: number;
}

/**
 * A list: `await` gives its first page, `for await` goes through all of them.
 *
 * Nothing is asked before one of both is done.
 */
export class Listing<T> implements PromiseLike<Page<T>>, AsyncIterable<T> {
  readonly #load: (cursor: string | null | undefined) => Promise<Page<T>>;
  readonly #cursor: string | null | undefined;
  #first: Promise<Page<T>> | undefined;

  constructor(load: (cursor: string | null | undefined) => Promise<Page<T>>, cursor?: string | null) {
    this.#load = load;
    this.#cursor = cursor;
  }

  then<A = Page<T>, B = never>(
    fulfilled?: ((page: Page<T>) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#first ??= this.#load(this.#cursor);
    return this.#first.then(fulfilled, rejected);
  }

  catch<B>(rejected: (reason: unknown) => B | PromiseLike<B>): Promise<Page<T> | B> {
    return this.then(null, rejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    let page: Page<T> = await this.then();
    for (;;) {
      yield* page.items;
      if (page.nextCursor === null) return;
      page = await this.#load(page.nextCursor);
    }
  }
}
