/** Functions that are called with each event. */
export class Listeners<E> {
  readonly #all = new Set<(event: E) => void>();

  /** Gives what ends it. */
  add(listener: (event: E) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(event: E): void {
    for (const listener of [...this.#all]) call(listener, event);
  }

  clear(): void {
    this.#all.clear();
  }
}

/** Call an application's function. What it throws is its own: it is uncaught there, and ends nothing here. */
export function call<E>(listener: (event: E) => void, event: E): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
