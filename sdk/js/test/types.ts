/** What the types promise. Never run: the compiler is the test. */
import {
  type BackpackError,
  type Client,
  createClient,
  type Doc,
  type DocumentEvent,
  type FileInfo,
  type Page,
  type SystemFields,
  type User,
} from "../src/index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(...equal: Equal<A, B> extends true ? [] : ["are not equal"]): void;

interface Task {
  title: string;
  done: boolean;
  tags: string[];
  due?: { day: number };
}

declare const client: Client;
const tasks = client.db.collection<Task>("tasks");

export async function documents(): Promise<void> {
  const task = await tasks.get("id");
  same<typeof task, Doc<Task>>();
  same<typeof task.title, string>();
  same<typeof task.version, number>();
  same<Doc<Task>, Task & SystemFields>();

  const page = await tasks.list({ filter: { done: false } });
  same<typeof page, Page<Doc<Task>>>();
  for await (const one of tasks.list()) same<typeof one, Doc<Task>>();
  const some = await tasks.list({ fields: ["title", "due.day"] as const });
  same<(typeof some.items)[0], Doc<Pick<Task, "title">>>();

  await tasks.list({
    filter: { title: { $regex: "^P" }, "due.day": { $gt: 3 }, createdAt: { $lt: "2030-01-01T00:00:00Z" } },
  });
  await tasks.list({ filter: { tags: "red", $or: [{ done: true }, { title: { $in: ["a", "b"] } }] } });
  await tasks.list({ sort: ["-createdAt", "title", "due.day"], cursor: page.nextCursor });
  // @ts-expect-error: no such field
  await tasks.list({ filter: { titel: "Pack" } });
  // @ts-expect-error: a title is no number
  await tasks.list({ filter: { title: 3 } });
  // @ts-expect-error: no such operator
  await tasks.list({ filter: { title: { $like: "P%" } } });
  // @ts-expect-error: no such field
  await tasks.list({ sort: "-titel" });

  await tasks.create({ title: "Pack", done: false, tags: [] });
  // @ts-expect-error: `tags` is missing
  await tasks.create({ title: "Pack", done: false });
  same<Awaited<ReturnType<typeof tasks.createMany>>, Doc<Task>[]>();
  await tasks.patch("id", { due: null, done: true }, { version: 3 });
  await tasks.patch("id", { due: { day: null } });
  // @ts-expect-error: a patch has the document's fields
  await tasks.patch("id", { titel: "Pack" });

  const anything = await client.db.collection("notes").get("id");
  same<typeof anything.version, number>();
  anything.whatever.it.has;
}

export async function events(): Promise<void> {
  const stop = await tasks.subscribe((event) => {
    same<typeof event, DocumentEvent<Task>>();
    if (event.type === "create") same<typeof event.doc, Doc<Task>>();
    if (event.type === "delete") same<typeof event.doc.title, string | undefined>();
    if (event.type === "end") same<typeof event.error, BackpackError>();
    // @ts-expect-error: a reset has no document
    if (event.type === "reset") event.doc;
  });
  same<typeof stop, () => Promise<void>>();
  const room = client.realtime.channel<{ text: string }>("chat/room-1");
  room.onMessage(({ data, from }) => {
    same<typeof data, { text: string }>();
    same<typeof from, string>();
  });
  await room.publish({ text: "Hello" });
  // @ts-expect-error: not what this channel carries
  await room.publish({ words: "Hello" });
}

export async function services(): Promise<void> {
  createClient();
  createClient("https://todo-api.example.com", { session: "token", realtime: { backoff: [100, 1000] } });
  createClient({ url: "https://todo-api.example.com" });
  // @ts-expect-error: no such option
  createClient("https://todo-api.example.com", { sesion: "token" });
  same<Awaited<ReturnType<typeof client.auth.login>>, User>();
  same<Awaited<ReturnType<typeof client.auth.me>>, User | null>();
  client.auth.onChange(({ user, reason, error }) => {
    same<typeof user, User | null>();
    same<typeof reason, "login" | "logout" | "ended" | "update" | "restored">();
    if (reason === "ended") same<typeof error, BackpackError>();
    if (reason === "login") same<typeof user, User>();
  });
  const signal: AbortSignal | undefined = undefined;
  const file = await client.storage.upload(new Blob(["a"]), {
    onProgress: ({ loaded }) => loaded.toFixed(),
    signal,
  });
  same<typeof file, FileInfo>();
  same<Awaited<ReturnType<typeof client.storage.download>>, Blob>();
}
