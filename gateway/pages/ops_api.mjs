// SPDX-License-Identifier: Apache-2.0
// The gateway, as the page of who runs the desk sees it.

import {lineEnded, post, stillMine, toSignIn} from "./api.mjs";
import {eventLine} from "./event_line.mjs";
import {untilHere, untilSent} from "./sending.mjs";

// hear: {state(told), away(surely)}. Comes back by itself.
export function watch(hear) {
  const ended = () => {
    line.close();
    lineEnded();
  };
  const line = eventLine({address: () => "/api/v1/ops/events", on: {state: hear.state, signed_out: ended}, away: hear.away, mayReturn: stillMine});
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
