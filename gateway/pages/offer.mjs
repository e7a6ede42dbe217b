// SPDX-License-Identifier: Apache-2.0
// An offer for a rep who is away, from a link. Opening it does nothing: the rep clicks. The token is behind the '#', which no server is told.

import {run} from "./clock.mjs";
import {byId} from "./elements.mjs";
import {untilSent} from "./sending.mjs";
import {load, span, t} from "./texts.mjs";

const token = location.hash.slice(1);

// What the token says of itself; the gateway looks whether it is true.
function read() {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[0].replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const [rep, , , expires] = new TextDecoder().decode(bytes).split("\n");
    return {rep, expires: Number(expires)};
  } catch {
    return {};
  }
}

async function send() {
  try {
    const answer = await fetch("/api/v1/offer/accept", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({token})});
    return {...await answer.json(), status: answer.status};
  } catch {
    return {status: 0};
  }
}

async function accept() {
  byId("accept").disabled = true;
  byId("answer").textContent = "";
  const {outcome, status} = await untilSent(send());
  const taken = outcome === "accepted" || outcome === "duplicate";
  byId("answer").textContent = taken ? t("offer_taken") : status === 410 || outcome ? t("offer_over") : t("offer_not_now");
  byId("accept").hidden = taken || status === 410;
  byId("accept").disabled = false;
}

await load("en");
const {rep, expires} = read();
if (!rep || !expires) {
  byId("what").textContent = t("offer_none");
} else {
  byId("accept").hidden = false;
  byId("accept").addEventListener("click", accept);
  run(byId("what"), expires, (leftMs) => {
    byId("what").textContent = leftMs > 0 ? t("offer_waits", {rep, time: span(leftMs)}) : t("offer_over");
    if (leftMs <= 0) byId("accept").hidden = true;
  });
}
