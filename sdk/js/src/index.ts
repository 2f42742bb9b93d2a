export { Auth, type SessionInfo } from "./auth.ts";
export { Client, createClient } from "./client.ts";
export {
  type ChangeOptions,
  Collection,
  type CollectionInfo,
  type CreateOptions,
  Db,
  type Patch,
  type Rule,
  type Verb,
} from "./db.ts";
export type { Doc, DocumentEvent, Filter, ListOptions, Sort, SystemFields } from "./documents.ts";
export { BackpackError, type Fault, type Problem } from "./errors.ts";
export type { FileInfo, Progress } from "./files.ts";
export { Listing, type Page } from "./listing.ts";
export type { CallOptions, ClientOptions, RealtimeOptions } from "./options.ts";
export { createSdk } from "./original.ts";
export {
  Channel,
  type ChannelInfo,
  type ChannelMessage,
  type Member,
  type PresenceEvent,
} from "./realtime/channel.ts";
export type { Status } from "./realtime/link.ts";
export { type Broadcast, Realtime } from "./realtime/realtime.ts";
export type { AuthChange, Change, TokenStore, User } from "./session.ts";
export { type DownloadOptions, Storage, type UploadOptions } from "./storage.ts";
export { type Settings, Transport } from "./transport.ts";
