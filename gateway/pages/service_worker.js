// SPDX-License-Identifier: Apache-2.0
// Makes the desk an app: when it is opened and the gateway cannot be reached, it says so and tries again. Nothing else is ever shown from here: an old
// page could show leads that are another's by now. The desk's notifications come from here as well, which phones ask for.

const KEPT = ["/static/offline.html", "/static/offline.mjs", "/static/desk.css", "/static/icon.svg"];

// Chromium drops what a page sends while it is left, an act that could have been undone, if this worker is asked about it. Routes keep such requests from
// being asked about; where there are no routes, nothing is.
const HAS_ROUTES = "addRoutes" in (globalThis.InstallEvent?.prototype ?? {});

async function install(event) {
  if (HAS_ROUTES) await event.addRoutes({condition: {requestMethod: "POST"}, source: "network"});
  await (await caches.open("leadwire")).addAll(KEPT);
  await skipWaiting();
}

async function answer(request, name) {
  return fetch(request).catch(async () => (await caches.match(name)) ?? Response.error());
}

async function close(tag) {
  for (const shown of await registration.getNotifications({tag})) shown.close();
}

// To the desk that is open, else to one that is opened.
async function toDesk() {
  const open = await clients.matchAll({type: "window", includeUncontrolled: true});
  const desk = open.find(({url}) => new URL(url).pathname === "/desk");
  return desk ? desk.focus() : clients.openWindow("/desk");
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(toDesk());
});
addEventListener("message", (event) => event.data?.close && event.waitUntil(close(event.data.close)));
addEventListener("install", (event) => event.waitUntil(install(event)));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

if (HAS_ROUTES)
  addEventListener("fetch", (event) => {
    const {request} = event, {pathname} = new URL(request.url), isPage = request.mode === "navigate";
    if (isPage ? request.method === "GET" : KEPT.includes(pathname)) event.respondWith(answer(request, isPage ? KEPT[0] : pathname));
  });
