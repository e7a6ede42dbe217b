// SPDX-License-Identifier: Apache-2.0
// The gateway, as the page sees it: the session, acts, the stream of the desk's state.

import {keepOnly} from "./drafts.mjs";
import {untilSent} from "./sending.mjs";

const page = crypto.randomUUID().replaceAll("-", "");
const SIGNED_IN = "signed_in";   // of this tab, until the user signs out: by it the sign-in says that the session has ended
let csrf = "", leaving = false;

export const wasSignedIn = () => sessionStorage.getItem(SIGNED_IN) !== null;

// Once: a second call would break off the first.
export function toSignIn() {
  if (!leaving) location.assign("/sign-in");
  leaving = true;
}

export async function session() {
  const answer = await fetch("/api/v1/session");
  if (answer.status === 401 || answer.status === 403) toSignIn();
  if (!answer.ok) throw new Error(`${answer.status}`);
  const told = await answer.json();
  csrf = told.csrf;
  sessionStorage.setItem(SIGNED_IN, "yes");
  return told;
}

// The page itself, when the user may open it no more: in its place the gateway says so in words.
export async function stillOpen() {
  if ((await fetch(location.pathname, {method: "HEAD"})).status === 403) location.reload();
}

export async function post(path, body, keepalive = false) {
  return fetch(path, {method: "POST", keepalive, headers: {"Content-Type": "application/json", "X-CSRF-Token": csrf}, body: JSON.stringify(body)});
}

export async function signOut() {
  await post("/api/v1/sign-out", {});
  sessionStorage.removeItem(SIGNED_IN);
  keepOnly([]);
  toSignIn();
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Gives {outcome, reason}. The same key again and again until there is an answer, at most for half a minute: done once all the same.
export function act(name, members = {}, {last = false} = {}) {
  return untilSent(send(name, members, last));
}

async function send(name, members, last) {
  const body = {page, key: `c-${crypto.randomUUID()}`, ...members};
  for (let tries = 0; ; tries++) {
    try {
      const answer = await post(`/api/v1/desk/${name}`, body, last);
      const told = await answer.json();
      if (answer.status === 401) toSignIn();
      if (told.outcome && told.outcome !== "unknown") return told;
      if (answer.status < 500) return {outcome: "rejected", reason: told.error ?? ""};
    } catch {
      // the way to the server is broken
    }
    if (last || tries >= 5) return {outcome: "unknown", reason: ""};
    await wait(500 * 2 ** tries);
  }
}

// Two beats of the gateway may be lost (BEAT_EVERY_MS of gateway/rep_desks.h).
const SILENCE_MAX_MS = 12000, RETRY_FIRST_MS = 500, RETRY_MAX_MS = 15000;

// Listens until the desk is another's. hear: {state(told), away(surely), elsewhere(by), refused(reason)}.
// Only the first time, and when the rep says so, the desk is taken from who has it; coming back after a break of the line never does.
export function listen(hear) {
  let source = null, silence, retry, retryMs = RETRY_FIRST_MS, turn = 0, waits = false;

  function open(take) {
    waits = false;
    source = new EventSource(`/api/v1/desk/events?page=${page}${take ? "&take=1" : ""}`);
    source.addEventListener("state", (event) => {
      heard();
      retryMs = RETRY_FIRST_MS;
      hear.state(JSON.parse(event.data));
    });
    source.addEventListener("beat", heard);
    source.addEventListener("elsewhere", (event) => end(() => hear.elsewhere(JSON.parse(event.data).by)));
    source.addEventListener("refused", (event) => end(() => hear.refused(JSON.parse(event.data).reason)));
    source.addEventListener("signed_out", () => end(toSignIn));
    source.onerror = () => again(false);
    heard();
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => again(false), SILENCE_MAX_MS);
  }

  function end(then) {
    source?.close();
    source = null;
    clearTimeout(silence);
    then();
  }

  function again(surely) {
    end(() => hear.away(surely));
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
      await session();   // leads to the sign-in when the session is over
      await stillOpen();
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
  return {take: () => open(true)};
}
