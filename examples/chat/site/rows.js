/** Elements for what is listed. */

const $ = (id) => document.getElementById(id);

/** Make the children of a list those of these items: one that stays keeps its element, and so focus and animation. */
export function fill(list, items, keyOf, make, update) {
  const rows = new Map([...list.children].map((row) => [row.dataset.key, row]));
  for (const [index, item] of items.entries()) {
    const row = rows.get(keyOf(item)) ?? make(item);
    rows.delete(keyOf(item));
    row.dataset.key = keyOf(item);
    update(row, item, items[index - 1]);
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  }
  for (const row of rows.values()) row.remove();
}

export function roomRow() {
  const row = document.createElement("li");
  row.append(document.createElement("a"));
  return row;
}

export function updateRoom(row, name, current, unread) {
  const [link] = row.children;
  link.href = `#/${name}`;
  link.textContent = `# ${name}`;
  link.classList.toggle("unread", unread);
  if (unread) link.insertAdjacentHTML("beforeend", ' <span class="unseen">(new messages)</span>');
  if (name === current) link.ariaCurrent = "page";
  else link.removeAttribute("aria-current");
}

export function memberRow() {
  return document.createElement("li");
}

export function updateMember(row, name, online) {
  row.className = online ? "online" : "";
  row.textContent = name;
  if (!online) row.insertAdjacentHTML("beforeend", ' <span class="unseen">(away)</span>');
}

/** `urlOf(id)` tells where a file is. */
export function messageRow({ text, file, createdAt, ownerId }, urlOf) {
  const row = $("message").content.firstElementChild.cloneNode(true);
  row.querySelector(".text").textContent = text;
  row.querySelector(".text").hidden = !text;
  const time = row.querySelector("time");
  time.dateTime = createdAt;
  time.textContent = moment(new Date(createdAt));
  row.querySelector(".face").style.setProperty("--hue", hue(ownerId));
  if (file) showFile(row.querySelector(".file"), file, urlOf);
  return row;
}

/** `before` is the message above it. */
export function updateMessage(row, message, before, { name, mine }) {
  const { ownerId, createdAt, id, error } = message;
  const minutes = before ? (Date.parse(createdAt) - Date.parse(before.createdAt)) / 60_000 : Infinity;
  row.classList.toggle("more", before?.ownerId === ownerId && minutes < 5);
  row.classList.toggle("pending", !id);
  row.querySelector("strong").textContent = name;
  row.querySelector(".face").textContent = name.slice(0, 1).toUpperCase();
  const remove = row.querySelector(".remove");
  remove.hidden = !mine || !id;
  remove.ariaLabel = `Remove “${message.text || message.file?.filename}”`;
  const state = row.querySelector(".state");
  state.hidden = !error;
  if (error && !state.firstChild) {
    state.textContent = `Not sent: ${error.detail} `;
    state.insertAdjacentHTML("beforeend", '<button type="button" class="link again">Send again</button>');
  } else if (!error) state.textContent = "";
}

async function showFile(link, { id, filename, contentType, size }, urlOf) {
  link.hidden = false;
  link.textContent = `${filename} (${inWords(size)})`;
  link.href = await urlOf(id);
  if (!/^image\/(png|jpeg|gif|webp|avif)$/.test(contentType)) return;
  const picture = new Image();
  picture.alt = filename;
  picture.src = link.href;
  await picture.decode().then(
    () => link.replaceChildren(picture),
    () => {},
  ); // no picture after all
}

function moment(date) {
  const today = date.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return date.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
}

function inWords(bytes) {
  const units = ["B", "KiB", "MiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(bytes || 1) / 10));
  return `${Math.round(bytes / 1024 ** power)} ${units[power]}`;
}

/** A colour for each user, always the same one. */
function hue(id) {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) % 360;
  return sum;
}
