import { createClient } from "/__backpack/sdk.js";
import { account, told } from "./account.js";
import { Messages } from "./messages.js";
import { People } from "./people.js";
import { Rooms } from "./rooms.js";
import { fill, memberRow, messageRow, roomRow, updateMember, updateMessage, updateRoom } from "./rows.js";

const client = createClient();
const $ = (id) => document.getElementById(id);
let user, people, rooms, messages;
let room = "";
let offline = false;
const unread = new Set();

await account(client, {
  async enter(who) {
    user = who;
    people = new People(client, show);
    rooms = new Rooms(client, user, show);
    messages = new Messages(client, { changed: show, arrived });
    $("chat").hidden = false;
    show();
    try {
      await Promise.all([people.start(user), rooms.start(), messages.start()]);
      await openRoom();
    } catch (error) {
      complain(error);
    }
  },
  leave() {
    for (const part of [people, rooms, messages]) part.stop();
    user = undefined;
    room = "";
    $("chat").hidden = true;
  },
});

addEventListener("hashchange", () => user && openRoom().catch(complain));
client.realtime.onStatus(show);

async function openRoom() {
  const wanted = decodeURIComponent(location.hash.slice(2));
  room = rooms.names.includes(wanted) ? wanted : rooms.names.includes("general") ? "general" : rooms.names[0];
  unread.delete(room);
  $("problem").textContent = "";
  show();
  $("rooms").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  await Promise.all([messages.open(room), rooms.enter(room)]);
  bottom();
}

function arrived(message) {
  rooms.typed(message.ownerId);
  if (message.room !== room && message.ownerId !== user.id) unread.add(message.room);
}

$("new-room").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("room-name").value;
  try {
    await rooms.create(name);
    event.target.reset();
    location.hash = `/${name}`;
  } catch (error) {
    complain(error);
  }
});

$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("problem").textContent = "";
  $("text").value = "";
  messages.say(user, room, text);
  bottom();
});

$("text").addEventListener("input", () => rooms.type(room));

$("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  if (file) await send(file);
});

$("chat").addEventListener("dragover", (event) => event.preventDefault());
$("chat").addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) send(file);
});

/** Public means: whoever knows its address, which is in the message, may read it. */
async function send(file) {
  const into = room;
  $("problem").textContent = "";
  $("progress").hidden = false;
  $("progress").value = 0;
  try {
    const { id, filename, contentType, size } = await client.storage.upload(file, {
      bucket: "chat",
      public: true,
      onProgress: ({ loaded, total }) => {
        $("progress").value = total ? loaded / total : 1;
      },
    });
    messages.say(user, into, "", { id, filename, contentType, size });
    bottom();
  } catch (error) {
    complain(error);
  }
  $("progress").hidden = true;
}

$("messages").addEventListener("click", ({ target }) => {
  const { key } = target.closest("li").dataset;
  if (target.closest(".again")) messages.sayAgain(key);
  else if (target.closest(".remove")) {
    const message = messages.of(room).find((one) => one.key === key);
    $("log").focus(); // the button goes with its message
    messages.remove(message).catch(complain);
  }
});

$("earlier").addEventListener("click", async () => {
  const { scrollHeight } = $("log");
  await messages.earlier(room).catch(complain);
  $("log").scrollTop += $("log").scrollHeight - scrollHeight;
});

$("sign-out").addEventListener("click", () => client.auth.logout().catch(complain));

function complain(error) {
  $("problem").textContent = told(error);
}

function bottom() {
  $("log").scrollTop = $("log").scrollHeight;
}

function show() {
  if (!user) return;
  const { scrollTop, scrollHeight, clientHeight } = $("log");
  const atBottom = scrollHeight - scrollTop - clientHeight < 60;
  const said = messages.of(room);
  const members = rooms.members(room);
  const typing = rooms.typing(room).map((id) => people.name(id));

  $("room-title").textContent = room ? `# ${room}` : "";
  $("earlier").hidden = !messages.hasEarlier(room);
  $("empty").hidden = !room || said.length > 0;
  $("typing").textContent = typing.length
    ? `${typing.join(", ")} ${typing.length > 1 ? "are" : "is"} typing…`
    : "";
  $("online").textContent = `${members.filter(({ online }) => online).length} online`;
  state();

  const itself = (name) => name;
  fill($("rooms"), rooms.names, itself, roomRow, (row, name) =>
    updateRoom(row, name, room, unread.has(name)),
  );
  fill(
    $("members"),
    members,
    (one) => one.user,
    memberRow,
    (row, one) => updateMember(row, people.name(one.user), one.online),
  );
  fill(
    $("messages"),
    said,
    (one) => one.key,
    (one) => messageRow(one, urlOf),
    (row, one, before) =>
      updateMessage(row, one, before, { name: people.name(one.ownerId), mine: one.ownerId === user.id }),
  );
  if (atBottom) bottom();
}

/** Between two tries it is still lost. */
function state() {
  const { state } = client.realtime.status;
  if (state === "open" || state === "waiting") offline = state === "waiting";
  const words = offline || !navigator.onLine ? "Offline: what you say is sent later" : "";
  // A live region is read aloud whenever it is written.
  if ($("sync").textContent !== words) $("sync").textContent = words;
}

function urlOf(id) {
  return client.storage.url(id);
}

// Beside the room where there is space, else folded.
$("people").open = matchMedia("(min-width: 48rem)").matches;
