/** The names of the first Backpack SDK, for applications that were written for it. */
import { Client } from "./client.ts";
import type { Db } from "./db.ts";
import { ownError } from "./errors.ts";
import type { Message } from "./realtime/link.ts";
import type { Realtime } from "./realtime/realtime.ts";
import type { Storage } from "./storage.ts";

type Content = Parameters<Storage["upload"]>[0];

/** A client with the first SDK's names beside its own. */
export function createSdk(url?: string, key?: string) {
  const client = new Client({ url, key });
  const { db, storage, realtime } = client;
  return Object.assign(client, {
    db: Object.assign(db, documentNames(db)),
    storage: Object.assign(storage, fileNames(client)),
    ws: () => socketNames(db, realtime),
  });
}

async function every<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

function documentNames(db: Db) {
  const all = (collection: string, filter: object = {}) =>
    every(db.collection(collection).list({ filter } as object));
  return {
    getCollectionsList: async () => (await db.collections()).map(({ name }) => name),
    createNewCollection: async (name: string) => (await db.createCollection(name)).name,
    getCollection: (collection: string) => all(collection),
    findResource: all,
    getResource: (collection: string, id: string) => db.collection(collection).get(id),
    createResource: (collection: string, data: object) => db.collection(collection).create(data),
    updateResource: (collection: string, id: string, data: object) =>
      db.collection(collection).patch(id, data),
    overwriteResource: (collection: string, id: string, data: object) =>
      db.collection(collection).replace(id, data),
    deleteResource: (collection: string, id: string) => db.collection(collection).delete(id),
  };
}

/** Files by their names: of one's own, the newest. */
function fileNames({ auth, storage }: Client) {
  const own = async (user = auth.user?.id) =>
    (await every(storage.list())).filter((one) => one.ownerId === user);
  const named = async (name: string, user?: string) => {
    const found = (await own(user)).reverse().find(({ filename }) => filename === name);
    if (!found) throw ownError("no-file", `You have no file \`${name}\`.`);
    return found.id;
  };
  return {
    getFile: async (user: string, name: string) => storage.open(await named(name, user)),
    getListOfUserFiles: own,
    uploadFile: (file: Content, filename: string, bucket?: string) =>
      storage.upload(file, { filename, bucket }),
    updateFile: async (name: string, filename: string, bucket?: string) =>
      storage.update(await named(name), { filename, bucket }),
    overwriteFile: async (file: Content, name: string) =>
      storage.replace(await named(name), file, { filename: name }),
    deleteFile: async (name: string) => storage.delete(await named(name)),
  };
}

function socketNames(db: Db, realtime: Realtime) {
  const channel = (type: string, id: string) => realtime.channel(`${type}/${id}`);
  const actions = {
    ...documentNames(db),
    broadcast: (data: unknown) => realtime.broadcast(data),
    createChannel: (type: string, id: string) => channel(type, id).create(),
    joinChannel: (type: string, id: string) => channel(type, id).join(),
    leaveChannel: (type: string, id: string) => channel(type, id).leave(),
    deleteChannel: (type: string, id: string) => channel(type, id).delete(),
    changeChannel: (from: string, to: string) => realtime.change(from, to),
    joinUsersChannels: () => realtime.joinMine(),
    close: () => realtime.close(),
    onmessage: null as ((event: { data: Message }) => void) | null,
  };
  realtime.onEvent((data) => actions.onmessage?.({ data }));
  realtime.open();
  return Object.assign(actions, { actions });
}
