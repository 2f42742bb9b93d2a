// What pages need besides htmx, all of it by attributes, so that templates hold no script:
//
//   data-open="ID"         opens the dialog ID            data-close     closes the dialog around it
//   data-copy="TEXT"       copies the text                data-dismiss   removes the toast around it
//   data-confirm="NAME"    keeps the form's button disabled until its field has this text
//   data-fragment-token    gets the token from the URL's fragment, which is then taken away
//   data-keep="COUNT"      keeps only so many children, the last
//   data-clear-on-success  the form is emptied when its request went well
"use strict";

(() => {
  const SIGNED_OUT = 4001;
  const NOT_ALLOWED = 4003;
  const TOAST_SECONDS = 8;

  const csrf = document.querySelector('meta[name="csrf-token"]')?.content;
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (csrf) detail.headers["X-CSRF-Token"] = csrf;
  });

  // On a narrow screen the tab that is shown may be beyond the edge.
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // Dialogs, copying, toasts

  document.addEventListener("click", async ({ target }) => {
    const near = (name) => target.closest(`[data-${name}]`);
    if (near("open")) {
      const dialog = document.getElementById(near("open").dataset.open);
      // What it showed last is somebody else's.
      if (near("open").hasAttribute("hx-get")) dialog.querySelector("[data-panel]")?.replaceChildren(spinner());
      dialog.showModal();
      dialog.querySelector("[autofocus], input, button")?.focus();
    } else if (near("close")) {
      near("close").closest("dialog").close();
    } else if (near("dismiss")) {
      near("dismiss").closest(".toast").remove();
    } else if (near("copy")) {
      await copy(near("copy"));
    } else if (target instanceof HTMLDialogElement) {
      target.close(); // a click beside it
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(target)) menu.open = false;
    }
  });

  function spinner() {
    const around = document.createElement("div");
    around.className = "empty";
    around.append(document.createElement("span"));
    around.firstChild.className = "spinner";
    return around;
  }

  async function copy(button) {
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Select and copy it yourself";
    }
    setTimeout(() => (label.textContent = before), 1600);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  function toast(mood, title, text) {
    const template = document.getElementById("toast-template");
    const one = template.content.firstElementChild.cloneNode(true);
    one.classList.add(mood);
    one.querySelector("[data-title]").textContent = title;
    one.querySelector("[data-text]").textContent = text;
    document.getElementById("toasts").append(one);
  }

  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const one of addedNodes) {
        if (one.classList?.contains("toast") && !one.classList.contains("bad")) {
          setTimeout(() => one.remove(), TOAST_SECONDS * 1000);
        }
      }
    }
  }).observe(document.getElementById("toasts"), { childList: true });

  document.addEventListener("htmx:sendError", () =>
    toast("bad", "No connection", "The dashboard can't be reached. Check your network, and try again."),
  );

  // Forms

  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form[data-confirm]");
    if (form) form.querySelector("[type=submit]").disabled = target.value.trim() !== form.dataset.confirm;
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { elt, xhr } = detail;
    // htmx calls an answer that it swaps successful, also a form that was refused.
    const successful = xhr.status > 0 && xhr.status < 400;
    if (successful && elt.matches?.("form[data-clear-on-success]")) elt.reset();
    if (successful && elt.matches?.("[data-close-on-success]")) elt.closest("dialog")?.close();
  });

  // One-time links: the token leaves the address bar and the history at once.
  function takeToken() {
    const token = location.hash.slice(1);
    for (const field of document.querySelectorAll("[data-fragment-token]")) {
      if (token) sessionStorage.setItem(field.dataset.fragmentToken, token);
      field.value = token || sessionStorage.getItem(field.dataset.fragmentToken) || "";
      const missing = document.querySelector("[data-token-missing]");
      if (missing) missing.hidden = Boolean(field.value);
    }
    if (token && document.querySelector("[data-fragment-token]")) history.replaceState(null, "", location.pathname);
  }
  takeToken();
  document.addEventListener("htmx:afterSwap", takeToken);
  window.addEventListener("hashchange", takeToken);

  // Live connections. htmx opens them again by itself after 1006, 1012 and 1013.

  document.addEventListener("htmx:wsClose", ({ detail }) => {
    if (detail.event.code === SIGNED_OUT) location.assign("/sign-in");
    // What the page shows is gone, or somebody else's by now: the page itself says so.
    else if (detail.event.code === NOT_ALLOWED) location.reload();
    else if (detail.event.code !== 1000) document.body.dataset.live = "lost";
    live();
  });
  document.addEventListener("htmx:wsOpen", () => {
    delete document.body.dataset.live;
    live();
  });
  let lostTimer;
  function live() {
    const banner = document.getElementById("connection");
    clearTimeout(lostTimer);
    if (!banner) return;
    // A short interruption is nobody's business.
    if (document.body.dataset.live) lostTimer = setTimeout(() => (banner.hidden = false), 1500);
    else banner.hidden = true;
  }

  // Logs keep growing: the oldest lines go.
  document.addEventListener("htmx:wsAfterMessage", () => {
    const lines = document.querySelector("[data-keep]");
    const most = Number(lines?.dataset.keep);
    while (lines?.childElementCount > most) lines.firstElementChild.remove();
  });

  // Moments, as people say them

  const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  function ago(moment) {
    const seconds = (Date.now() - moment) / 1000;
    for (const [unit, length] of units) {
      if (Math.abs(seconds) >= length) return words.format(-Math.round(seconds / length), unit);
    }
    return "just now";
  }
  function refreshMoments(root = document) {
    for (const one of root.querySelectorAll("time[datetime]")) one.textContent = ago(Date.parse(one.dateTime));
  }
  refreshMoments();
  setInterval(refreshMoments, 20000);
  for (const event of ["htmx:afterSettle", "htmx:wsAfterMessage"]) {
    document.addEventListener(event, () => refreshMoments());
  }
})();
