// SPDX-License-Identifier: Apache-2.0
// Makes the desk an app: when it is opened and the gateway cannot be reached, it says so and tries again. Nothing else is ever shown from here: an old
// page could show leads that are another's by now.

const KEPT = ["/static/offline.html", "/static/offline.mjs", "/static/desk.css", "/static/icon.svg"];

addEventListener("install", (event) => event.waitUntil(caches.open("leadwire").then((cache) => cache.addAll(KEPT)).then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const {request} = event, {pathname} = new URL(request.url), name = request.mode === "navigate" ? KEPT[0] : pathname;
  if (request.mode === "navigate" ? request.method === "GET" : KEPT.includes(pathname))
    event.respondWith(fetch(request).catch(async () => (await caches.match(name)) ?? Response.error()));
});
