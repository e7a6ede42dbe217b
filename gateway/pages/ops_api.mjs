// SPDX-License-Identifier: Apache-2.0
// The gateway, as the page of who runs the desk sees it.

import {post, session, stillOpen, toSignIn} from "./api.mjs";
import {untilHere, untilSent} from "./sending.mjs";

const SILENCE_MAX_MS = 12000, RETRY_FIRST_MS = 500, RETRY_MAX_MS = 15000;   // the gateway says each second how things are

// hear: {state(told), away(surely)}. Comes back by itself.
export function watch(hear) {
  let source = null, silence, retry, retryMs = RETRY_FIRST_MS, turn = 0, waits = false;

  function open() {
    waits = false;
    source = new EventSource("/api/v1/ops/events");
    source.addEventListener("state", (event) => {
      heard();
      retryMs = RETRY_FIRST_MS;
      hear.state(JSON.parse(event.data));
    });
    source.addEventListener("signed_out", toSignIn);
    source.onerror = () => again(false);
    heard();
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => again(false), SILENCE_MAX_MS);
  }

  function again(surely) {
    source?.close();
    source = null;
    clearTimeout(silence);
    hear.away(surely);
    waits = true;
    clearTimeout(retry);
    retry = setTimeout(comeBack, retryMs * (0.75 + Math.random() / 2));
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  }

  // Of several at once the last counts.
  async function comeBack() {
    const mine = ++turn;
    clearTimeout(retry);
    try {
      await session();   // leads to the sign-in when the session is over
      await stillOpen();
      if (mine === turn && waits) open();
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
  open();
}

// Gives {outcome, reason, status}.
export function ask(name, body) {
  return untilSent(send(name, body));
}

async function send(name, body) {
  try {
    const answer = await post(`/api/v1/ops/${name}`, body), told = await answer.json();
    if (answer.status === 401) toSignIn();
    return told.outcome ? {...told, status: answer.status} : {...told, status: answer.status, outcome: answer.ok ? "accepted" : "rejected", reason: told.error ?? told.reason ?? ""};
  } catch {
    return {outcome: "unknown", reason: "", status: 0};
  }
}

// Gives what is there. null: there is no such thing; undefined: nobody could say.
export async function get(path) {
  try {
    const answer = await fetch(`/api/v1/ops/${path}`);
    if (answer.status === 401) toSignIn();
    return answer.ok ? await answer.json() : answer.status === 400 || answer.status === 404 ? null : undefined;
  } catch {
    return undefined;
  }
}

// For who asked for it and waits.
export const look = (path) => untilHere(get(path));
