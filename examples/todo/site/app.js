import { createClient } from "/__backpack/sdk.js";
import { account, told } from "./account.js";
import { Tasks } from "./tasks.js";

const client = createClient();
const $ = (id) => document.getElementById(id);
let tasks;

await account(client, {
  enter(user) {
    tasks = new Tasks(client, user, { changed: show, refused: complain });
    tasks.start();
    $("tasks").hidden = false;
    show();
  },
  leave(_, reason) {
    tasks.stop();
    if (reason === "logout") tasks.forget();
    tasks = undefined;
    $("tasks").hidden = true;
  },
});

$("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const title = $("title").value.trim();
  $("problem").textContent = "";
  if (title) tasks.add(title);
  event.target.reset();
});

$("list").addEventListener("change", ({ target }) =>
  tasks.mark(target.closest("li").dataset.key, target.checked),
);

$("list").addEventListener("click", ({ target }) => {
  const row = target.closest("button")?.closest("li");
  if (!row) return;
  // The focus goes on to what is next, or a keyboard would lose its place.
  (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button").focus();
  tasks.remove(row.dataset.key);
});

$("clear").addEventListener("click", () => {
  for (const { key, done } of tasks.all) if (done) tasks.remove(key);
});

$("sign-out").addEventListener("click", async () => {
  await tasks.send();
  if (tasks.waiting) {
    complain({
      detail: "Some changes have not been sent yet, and would be lost: sign out when you are online.",
    });
  } else await client.auth.logout().catch(complain);
});

function complain(error) {
  $("problem").textContent = told(error);
}

function show() {
  if (!tasks) return;
  const all = tasks.all;
  const left = all.filter(({ done }) => !done).length;
  list(all);
  $("empty").hidden = all.length > 0;
  $("clear").hidden = left === all.length;
  $("left").textContent = all.length ? `${left} of ${all.length} to do` : "";
  const { waiting, offline } = tasks;
  const changes = `${waiting} change${waiting === 1 ? "" : "s"}`;
  const state = offline ? "offline" : waiting ? "saving" : "saved";
  const words = {
    offline: waiting ? `Offline: ${changes} will be sent later` : "Offline",
    saving: "Saving…",
    saved: "Saved",
  };
  $("sync").dataset.state = state;
  // A live region is read aloud whenever it is written.
  if ($("sync").textContent !== words[state]) $("sync").textContent = words[state];
}

/** Rows stay the same elements, so that focus and animations survive. */
function list(all) {
  const rows = new Map([...$("list").children].map((row) => [row.dataset.key, row]));
  for (const [index, task] of all.entries()) {
    const row = rows.get(task.key) ?? newRow(task);
    rows.delete(task.key);
    row.querySelector("input").checked = task.done;
    row.classList.toggle("done", task.done);
    row.classList.toggle("pending", Boolean(task.pending));
    if ($("list").children[index] !== row) $("list").insertBefore(row, $("list").children[index] ?? null);
  }
  for (const row of rows.values()) row.remove();
}

function newRow({ key, title }) {
  const row = $("task").content.firstElementChild.cloneNode(true);
  row.dataset.key = key;
  row.querySelector("span").textContent = title;
  row.querySelector("button").ariaLabel = `Remove ${title}`;
  return row;
}

// The page itself is kept for days without a network. Only a page of https, or of localhost, may do so.
navigator.serviceWorker?.register("worker.js").catch(() => {}); // a browser that lets no page keep anything
