// SPDX-License-Identifier: Apache-2.0
// The gateway, as the page of who runs the desk sees it.

import {post, session, stillOpen, toSignIn} from "./api.mjs";
import {untilSent} from "./sending.mjs";

const SILENCE_MAX_MS = 15000, RETRY_MAX_MS = 15000;

// hear: {state(told), away()}. Comes back by itself.
export function watch(hear) {
  let source, silence, retryMs = 500;

  function open() {
    source = new EventSource("/api/v1/ops/events");
    source.addEventListener("state", (event) => {
      heard();
      retryMs = 500;
      hear.state(JSON.parse(event.data));
    });
    source.addEventListener("signed_out", toSignIn);
    source.onerror = again;
    heard();
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(again, SILENCE_MAX_MS);
  }

  function again() {
    source.close();
    clearTimeout(silence);
    hear.away();
    const waitMs = retryMs * (0.75 + Math.random() / 2);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    setTimeout(() => session().then(stillOpen).then(open, again), waitMs);   // leads to the sign-in when the session is over
  }

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

// Gives what is there, or null.
export async function get(path) {
  try {
    const answer = await fetch(`/api/v1/ops/${path}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
