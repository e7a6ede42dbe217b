// SPDX-License-Identifier: Apache-2.0
// Notes that are being written: kept over a reload and the end of a session, for the user who writes them and while the lead is theirs. Each tab keeps
// them for as long as it is open, and tells the others of that user: no note outlives the last tab, or the sign-out in one of them. With them goes
// what alerts.mjs keeps of the offers that were heard.

let start = "note ", kept = null, heard = () => {};
const others = "BroadcastChannel" in window ? new BroadcastChannel("leadwire-notes") : null;

export const names = () => Object.keys(sessionStorage).filter((name) => name.startsWith("note "));

function dropUnless(keep) {
  for (const name of names()) if (!keep(name)) sessionStorage.removeItem(name);
}

const own = () => names().filter((name) => name.startsWith(start));

// Those of other users go. hear(lead, text): a note that is being written in another tab.
export function begin(user, hear) {
  start = `note ${user} `;
  heard = hear;
  dropUnless((name) => name.startsWith(start));
  others?.postMessage({start, asks: true});
}

// From the beginning: who was signed out here may have signed in, and out, in another tab.
others?.addEventListener("message", ({data}) => listen(data));

function listen({start: whose, out, asks, only, notes}) {
  if (out) return drop(whose);
  if (whose !== start) return;
  if (only) dropUnless((name) => only.includes(name));
  if (asks && own().length > 0) others.postMessage({start, notes: own().map((name) => [name, sessionStorage.getItem(name)])});
  for (const [name, text] of notes ?? []) {
    sessionStorage.setItem(name, text);
    heard(name.slice(start.length), text);
  }
}

export const read = (lead) => sessionStorage.getItem(start + lead) ?? "";

export function write(lead, text) {
  sessionStorage.setItem(start + lead, text);
  others?.postMessage({start, notes: [[start + lead, text]]});
}

export function keepOnly(leads) {
  const only = leads.map((lead) => start + lead), told = only.join();
  dropUnless((name) => only.includes(name));
  if (told !== kept) others?.postMessage({start, only});
  kept = told;
}

function drop(whose) {
  dropUnless((name) => !name.startsWith(whose));
  sessionStorage.removeItem("heard");
}

// The user has signed out.
export function forget() {
  drop(start);
  others?.postMessage({start, out: true});
}
