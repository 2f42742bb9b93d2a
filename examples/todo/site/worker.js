/**
 * Keeps the page for when there is no network. With one, everything comes from there, so that a new release shows at
 * once. The API is another origin, and none of this worker's business.
 */

const KEPT = "todo";
const PAGE = [
  "/",
  "/style.css",
  "/icon.svg",
  "/app.js",
  "/account.js",
  "/tasks.js",
  "/journal.js",
  "/__backpack/sdk.js",
  "/__backpack/init.json",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PAGE)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === location.origin)
    event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await cache.put(request, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await cache.match(request.mode === "navigate" ? "/" : request);
    if (kept) return kept;
    throw error;
  }
}
