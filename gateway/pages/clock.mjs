// SPDX-License-Identifier: Apache-2.0
// Times that run on the page. The server's clock is what counts: how far ours is from it was told with the state.

let offsetMs = 0;
const running = new Map();

export function setServerNow(unixMs) {
  offsetMs = unixMs - Date.now();
}

export function serverNow() {
  return Date.now() + offsetMs;
}

// show(leftMs) now and four times a second, for as long as the element is on the page.
export function run(element, untilUnixMs, show) {
  running.set(element, {untilUnixMs, show});
  show(untilUnixMs - serverNow());
}

setInterval(() => {
  for (const [element, {untilUnixMs, show}] of running) {
    if (element.isConnected) show(untilUnixMs - serverNow());
    else running.delete(element);
  }
}, 250);
