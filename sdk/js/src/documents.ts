/** What the API adds to each document. Moments are RFC 3339, in UTC. */
export interface SystemFields {
  id: string;
  ownerId: string | null;
  /** From 1; one more with each write. */
  version: number;
  createdAt: string;
  updatedAt: string;
}

/** A document as it is read. */
export type Doc<T> = T & SystemFields;

type Comparison<V> = V extends number | string | boolean | null | undefined ? V : unknown;

export interface Operators<V> {
  $eq?: V | null;
  $ne?: V | null;
  $gt?: Comparison<V>;
  $gte?: Comparison<V>;
  $lt?: Comparison<V>;
  $lte?: Comparison<V>;
  $in?: (V | null)[];
  $nin?: (V | null)[];
  $exists?: boolean;
  $regex?: string;
  $not?: Operators<V>;
}

/** An element of an array is matched as the array itself is. */
type Condition<V> = V extends readonly (infer E)[]
  ? V | E | null | Operators<V | E>
  : V | null | Operators<V>;

/** Which documents: MongoDB's language. Dotted paths reach into objects and arrays. */
export type Filter<T> = {
  [K in keyof Doc<T>]?: Condition<Doc<T>[K]>;
} & {
  [path: `${string}.${string}`]: unknown;
  $and?: Filter<T>[];
  $or?: Filter<T>[];
};

type Field<T> = (keyof Doc<T> & string) | `${string}.${string}`;

/** A field, or a dotted path; with `-` before it, descending. */
export type Sort<T> = Field<T> | `-${Field<T>}`;

export type ListOptions<T, F extends Field<T> = Field<T>> = {
  filter?: Filter<T> | undefined;
  sort?: Sort<T> | readonly Sort<T>[] | undefined;
  /** Only these, beside the system fields. */
  fields?: readonly F[] | undefined;
  /** Documents a page: 50, at most 1000. */
  limit?: number | undefined;
  /** The `nextCursor` of the page before, with the same filter and sort. */
  cursor?: string | null | undefined;
  /** Also count what the filter matches. */
  total?: boolean | undefined;
  signal?: AbortSignal | undefined;
};

/** What has happened to a document that a subscription's filter matches, or has matched. */
export type DocumentEvent<T> =
  | { type: "create" | "update"; doc: Doc<T>; seq: string }
  /** Whole, as it was at last, where it was removed; only the id where it left the filter or the reader's sight. */
  | { type: "delete"; doc: Partial<Doc<T>> & { id: string }; seq: string }
  /** Something may have been missed: list the collection again. */
  | { type: "reset" }
  /** There will be no more: the session ended, or the collection may no longer be read. */
  | { type: "end"; error: import("./errors.ts").BackpackError };
