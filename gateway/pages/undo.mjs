// SPDX-License-Identifier: Apache-2.0
// Acts that wait ten seconds before they are done, so that they can be undone. Leaving the page does them.

import {run, serverNow} from "./clock.mjs";
import {byId, key, make} from "./elements.mjs";
import {span, t} from "./texts.mjs";

export const UNDO_MS = 10000;
const waiting = [];

// done({last}) is called once, unless back() is; it promises whether it was done.
export function later(text, done, back) {
  const left = make("span", {class: "left"});
  const entry = {done, back};
  entry.line = make("div", {class: "undo"}, make("span", {}, text), left,
    make("button", {type: "button", onclick: () => undo(entry)}, t("undo"), key("U")),
    make("button", {type: "button", class: "now", onclick: () => finish(entry)}, t("now")));
  run(left, serverNow() + UNDO_MS, (leftMs) => (left.textContent = span(leftMs)));
  entry.timer = setTimeout(() => finish(entry), UNDO_MS);
  waiting.push(entry);
  byId("undo").append(entry.line);
}

function take(entry) {
  const index = waiting.indexOf(entry);
  if (index < 0) return false;
  waiting.splice(index, 1);
  clearTimeout(entry.timer);
  entry.line.remove();
  return true;
}

function finish(entry, last = false) {
  return take(entry) && entry.done({last});
}

function undo(entry) {
  if (take(entry)) entry.back();
}

// None of them will be done. How many there were.
export function drop() {
  const entries = [...waiting];
  entries.forEach(take);
  return entries.length;
}

// All of them are done now. Promises whether all were.
export const settle = async () => (await Promise.all([...waiting].map((entry) => finish(entry, true)))).every(Boolean);

export const undoLast = () => waiting.length > 0 && undo(waiting.at(-1));

addEventListener("pagehide", () => [...waiting].forEach((entry) => finish(entry, true)));
