// SPDX-License-Identifier: Apache-2.0
// The gateway, as the page sees it: the session, acts, the stream of the desk's state.

import {forget} from "./drafts.mjs";
import {eventLine} from "./event_line.mjs";
import {sayUnreachable, untilHere, untilSent} from "./sending.mjs";

const page = crypto.randomUUID().replaceAll("-", "");
const SIGNED_IN = "signed_in";   // of this tab, until the user signs out: by it the sign-in says that the session has ended
let csrf = "", leaving = false;

export const wasSignedIn = () => sessionStorage.getItem(SIGNED_IN) !== null;

// Once: a second call would break off the first. Who signs in again is back at what was shown: a screen on the wall at the wallboard.
export function toSignIn(view = location.hash) {
  if (!leaving) location.assign(`/sign-in${view}`);
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

// Leads to the sign-in when the session is over. The page itself, when the user may open it no more: in its place the gateway says so in words.
export async function stillMine() {
  await session();
  const mine = (await fetch(location.pathname, {method: "HEAD"})).status !== 403;
  if (!mine) location.reload();
  return mine;
}

// The gateway has ended the line: for this session, or for what its user may not see any more.
export async function lineEnded() {
  const mine = await stillMine().catch(() => true);
  if (mine) toSignIn();
}

export async function post(path, body, keepalive = false) {
  return fetch(path, {method: "POST", keepalive, headers: {"Content-Type": "application/json", "X-CSRF-Token": csrf}, body: JSON.stringify(body)});
}

export async function signOut() {
  const answer = await untilHere(post("/api/v1/sign-out", {})).catch(() => null);
  if (!answer || answer.status >= 500) return sayUnreachable();   // still signed in, and it is said
  sessionStorage.removeItem(SIGNED_IN);
  forget();
  toSignIn("");
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

// Listens until the desk is another's. hear: {state(told), away(surely), elsewhere(by), refused(reason)}.
// Only the first time, and when the rep says so, the desk is taken from who has it; coming back after a break of the line never does.
export function listen(hear) {
  const last = (then) => (told) => {
    line.close();
    then(told);
  };
  const line = eventLine({
    address: (first) => `/api/v1/desk/events?page=${page}${first ? "&take=1" : ""}`,
    on: {state: hear.state, beat: () => {}, elsewhere: last((told) => hear.elsewhere(told.by)), refused: last((told) => hear.refused(told.reason)), signed_out: last(lineEnded)},
    away: hear.away, mayReturn: stillMine});
  return {take: line.open};
}
