// SPDX-License-Identifier: Apache-2.0
// Notes that are being written: kept in this tab over a reload and the end of a session, for the user who writes them and while the lead is theirs.

let start = "note ";

export const names = () => Object.keys(sessionStorage).filter((name) => name.startsWith("note "));

function dropUnless(keep) {
  for (const name of names()) if (!keep(name)) sessionStorage.removeItem(name);
}

// Those of other users go.
export function begin(user) {
  start = `note ${user} `;
  dropUnless((name) => name.startsWith(start));
}

export const read = (lead) => sessionStorage.getItem(start + lead) ?? "";
export const write = (lead, text) => sessionStorage.setItem(start + lead, text);

export function keepOnly(leads) {
  const kept = new Set(leads.map((lead) => start + lead));
  dropUnless((name) => kept.has(name));
}
