// SPDX-License-Identifier: Apache-2.0
// The line on which the gateway tells a page what changes. It notices silence, and comes back by itself, a little later each time.

// Two beats of the gateway may be lost (BEAT_EVERY_MS of gateway/rep_desks.h; to who runs the desk it says each second how things are).
const SILENCE_MAX_MS = 12000, RETRY_FIRST_MS = 500, RETRY_MAX_MS = 15000;

// address(first): where it listens, the first time and later. on: {name: hear(told)} for what is said there; after "state" the line counts as good.
// away(surely): the line is broken. mayReturn: is waited for before it is opened anew; fails while nobody is there.
export function eventLine({address, on, away, mayReturn}) {
  let source = null, silence, retry, retryMs = RETRY_FIRST_MS, turn = 0, waits = false;

  function open(first) {
    waits = false;
    source = new EventSource(address(first));
    for (const [name, hear] of Object.entries(on)) {
      source.addEventListener(name, (event) => {
        heard();
        if (name === "state") retryMs = RETRY_FIRST_MS;
        hear(JSON.parse(event.data));
      });
    }
    source.onerror = () => again(false);
    heard();
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => again(false), SILENCE_MAX_MS);
  }

  function close() {
    source?.close();
    source = null;
    clearTimeout(silence);
  }

  function again(surely) {
    close();
    away(surely);
    waits = true;
    clearTimeout(retry);
    retry = setTimeout(comeBack, retryMs * (0.75 + Math.random() / 2));
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  }

  // Of several at once the last counts: one that was begun on the old line may take long to fail.
  async function comeBack() {
    const mine = ++turn;
    clearTimeout(retry);
    try {
      await mayReturn();
      if (mine === turn && waits) open(false);
    } catch {
      if (mine === turn && waits) again(false);
    }
  }

  // What the browser knows of the line at once. It may be wrong where the gateway is on this machine: so it is asked all the same.
  addEventListener("offline", () => source && again(true));
  addEventListener("online", () => {
    if (!waits) return;
    retryMs = RETRY_FIRST_MS;
    comeBack();
  });
  open(true);
  return {open: () => open(true), close};
}
