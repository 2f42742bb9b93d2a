/** One value that breaks a rule: `path` is a JSON pointer into what was sent, or a parameter's name. */
export interface Fault {
  path: string;
  message: string;
}

/** The fields of a problem document (RFC 9457), as the API answers it. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: Fault[];
  created?: unknown[];
}

/**
 * Everything that can go wrong with a call.
 *
 * `status` is the answer's, 0 where there was none. `type` is the API's (`/problems/not-found`), or one
 * of the SDK's own: `backpack:unreachable` (it may or may not have happened), `backpack:timeout`,
 * `backpack:aborted` (`cause` is the signal's reason), `backpack:queue-full`, `backpack:closed`,
 * `backpack:not-configured`.
 */
export class BackpackError extends Error {
  override readonly name = "BackpackError";
  readonly status: number;
  readonly type: string;
  readonly title: string;
  /** A sentence for people; programs look at `type` or `status`. */
  readonly detail: string;
  /** Which values break which rules. */
  readonly errors: Fault[];
  /** Seconds after which to come again, where the API said so. */
  readonly retryAfter: number | null;
  /** Of an array that was refused half way: the documents before the refused one, which are stored. */
  readonly created: unknown[];

  constructor(problem: Problem, retryAfter: number | null = null, cause?: unknown) {
    const detail = problem.detail ?? problem.title ?? `The API answered with ${problem.status}.`;
    super(detail, cause === undefined ? undefined : { cause });
    this.status = problem.status ?? 0;
    this.type = problem.type ?? "about:blank";
    this.title = problem.title ?? detail;
    this.detail = detail;
    this.errors = problem.errors ?? [];
    this.retryAfter = retryAfter;
    this.created = problem.created ?? [];
  }
}

/** An error that no answer of the API is. */
export function ownError(name: string, detail: string, cause?: unknown): BackpackError {
  return new BackpackError({ type: `backpack:${name}`, detail }, null, cause);
}

export function aborted(signal: AbortSignal): BackpackError {
  return ownError("aborted", "The call was aborted.", signal.reason);
}

export const NOT_SIGNED_IN = "/problems/not-signed-in";

export function sessionEnded(): BackpackError {
  return new BackpackError({
    type: NOT_SIGNED_IN,
    status: 401,
    detail: "The session has ended: log in again.",
  });
}
