// Uploads with progress: a site (dropped, or chosen; a folder becomes a ZIP here) and archives.
//
//   data-upload-site="URL"      takes what is dropped on it, and what its inputs choose
//   data-upload-archive="URL"   a form that sends the file of its input
//   data-most-bytes="COUNT"     what there may be; said before anything is sent
//   data-refresh="ID"           htmx loads this element again when it went well
import { downloadZip } from "./vendor/client-zip.js";

const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

class Fault extends Error {}

// One place on the page where an upload is shown.
class Place {
  constructor(element) {
    this.element = element;
    this.state = element.querySelector("[data-upload-state]");
    this.bar = this.state.querySelector("progress");
    this.says = this.state.querySelector("[data-upload-says]");
    this.fault = element.querySelector("[data-upload-fault]");
    this.cancel = this.state.querySelector("[data-upload-cancel]");
    this.busy = false;
    this.cancel.addEventListener("click", () => this.request?.abort());
  }

  // `prepare` gives the blob; `url` is where it goes. One at a time.
  async run(url, prepare) {
    if (this.busy) return;
    this.busy = true;
    this.state.hidden = false;
    this.cancel.hidden = true;
    this.fault.hidden = true;
    this.bar.hidden = false;
    this.bar.removeAttribute("value");
    this.element.classList.add("uploading");
    window.addEventListener("beforeunload", stay);
    try {
      this.say("Getting it ready…");
      const blob = await prepare((text) => this.say(text));
      const most = Number(this.element.dataset.mostBytes ?? 0);
      if (most && blob.size > most) throw new Fault(`It has ${size(blob.size)}; at most ${size(most)} can be sent.`);
      this.cancel.hidden = false;
      const answer = await this.send(url, blob);
      this.bar.value = 100;
      this.bar.hidden = true;
      this.say(done(this.state.dataset.done, answer));
      const shown = document.getElementById(this.element.dataset.refresh ?? "");
      if (shown) htmx.trigger(shown, "refresh");
      this.element.dispatchEvent(new CustomEvent("uploaded"));
    } catch (error) {
      if (!(error instanceof Fault)) console.warn(error);
      this.state.hidden = true;
      this.fault.hidden = false;
      this.fault.querySelector("[data-upload-reason]").textContent =
        error instanceof Fault ? error.message : "The files can't be read. Are they still there? Choose them again.";
    } finally {
      this.busy = false;
      this.cancel.hidden = true;
      this.element.classList.remove("uploading");
      window.removeEventListener("beforeunload", stay);
    }
  }

  say(text) {
    this.says.textContent = text;
  }

  send(url, blob) {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      request.open("POST", url);
      request.setRequestHeader("X-CSRF-Token", csrf);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Content-Type", "application/zip");
      request.upload.onprogress = ({ loaded, total }) => {
        this.bar.value = (100 * loaded) / total;
        this.say(`${size(loaded)} of ${size(total)}`);
      };
      request.upload.onload = () => {
        this.bar.removeAttribute("value");
        this.say("It is there, and being looked at…");
      };
      request.onload = () => {
        let answer = {};
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          // Of a proxy, perhaps; the status says enough.
        }
        if (request.status < 300) resolve(answer);
        else reject(new Fault(answer.detail || `It was refused (${request.status}). Try again in a moment.`));
      };
      request.onerror = () => reject(new Fault("The connection was lost. Check your network, and try again."));
      request.onabort = () => reject(new Fault("Cancelled. Nothing has changed."));
      request.send(blob);
    });
  }
}

function stay(event) {
  event.preventDefault();
}

// Numbers of the answer stand in the sentence as {name}.
function done(text, answer) {
  const sentence = text.replace(/\{(\w+)\}/g, (_, name) => answer[name] ?? 0);
  return [sentence, ...(answer.notes ?? [])].join(" ");
}

function size(count) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${unit && count < 100 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

// Sites

// `found`: [{path, file}]. What every path has in front is the folder that was chosen.
function siteZip(found) {
  const first = found[0]?.path.split("/")[0];
  const inOne = found.every(({ path }) => path.includes("/") && path.split("/")[0] === first);
  const files = found
    .map(({ path, file }) => ({ name: inOne ? path.slice(first.length + 1) : path, input: file }))
    .filter(({ name }) => !hidden(name));
  if (!files.length) throw new Fault("There is no file in it. Choose the folder that your build makes.");
  return downloadZip(files.map(({ name, input }) => ({ name, input, lastModified: input.lastModified }))).blob();
}

// As the API does; here so that no `.git` is sent for nothing.
function hidden(name) {
  return name.split("/").some((part, depth) => part.startsWith(".") && !(depth === 0 && part === ".well-known"));
}

const isZip = (file) => /\.zip$/i.test(file.name) || file.type === "application/zip";

async function site(found, say) {
  if (found.length === 1 && isZip(found[0].file)) return found[0].file;
  say(`Packing ${found.length} files…`);
  return siteZip(found);
}

// What was dropped; the entries must be taken before anything is awaited.
function dropped(transfer) {
  const all = [...transfer.items].filter(({ kind }) => kind === "file");
  const found = all.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  const lists = found.map((one) => (one instanceof File ? [{ path: one.name, file: one }] : walk(one, "")));
  return Promise.all(lists).then((all) => all.flat());
}

async function walk(entry, before) {
  const path = before + entry.name;
  if (entry.isFile) {
    return [{ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  }
  if (before && entry.name.startsWith(".") && entry.name !== ".well-known") return [];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives at most 100 at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const one of some) found.push(...(await walk(one, `${path}/`)));
  }
}

for (const element of document.querySelectorAll("[data-upload-site]")) {
  const place = new Place(element);
  const url = element.dataset.uploadSite;
  for (const input of element.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      const found = [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
      if (found.length) place.run(url, (say) => site(found, say)).finally(() => (input.value = ""));
    });
  }
  let inside = 0;
  const over = (change) => {
    inside = Math.max(0, inside + change);
    element.classList.toggle("over", inside > 0);
  };
  element.addEventListener("dragenter", () => over(1));
  element.addEventListener("dragleave", () => over(-1));
  element.addEventListener("drop", (event) => {
    inside = 0;
    over(0);
    const found = dropped(event.dataTransfer);
    place.run(url, async (say) => site(await found, say));
  });
}
// A file that misses the place must not take the page's.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());

// Archives

for (const form of document.querySelectorAll("form[data-upload-archive]")) {
  const place = new Place(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const file = fields.get("archive");
    const query = new URLSearchParams({ replace: fields.has("replace"), typed: fields.get("typed") ?? "" });
    place.run(`${form.dataset.uploadArchive}?${query}`, async () => {
      if (!file?.size) throw new Fault("Choose an archive first.");
      return file;
    });
  });
}
