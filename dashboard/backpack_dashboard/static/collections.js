// What the pages of collections need besides app.js:
//
//   form[data-guard]  what is typed here isn't lost by leaving, unless one says so
//   tr                whose link has the focus keeps it when the row is replaced
"use strict";

(() => {
  let changed = Boolean(document.querySelector("form[data-changed]"));

  document.addEventListener("input", ({ target }) => {
    if (target.closest("form[data-guard]")) changed = true;
  });
  document.addEventListener("htmx:afterSwap", () => {
    changed = Boolean(document.querySelector("form[data-changed]"));
  });
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (detail.xhr.getResponseHeader("HX-Redirect")) changed = false;
  });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });

  let focused = null;
  document.addEventListener("htmx:oobBeforeSwap", ({ target }) => {
    focused = target.contains(document.activeElement) ? document.activeElement.id : null;
  });
  document.addEventListener("htmx:wsAfterMessage", () => {
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    focused = null;
  });
})();
