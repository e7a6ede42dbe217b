// SPDX-License-Identifier: Apache-2.0
// What takes long to be sent is told of in a calm line, and then how it went.

import {byId} from "./elements.mjs";
import {t} from "./texts.mjs";

const SLOW_MS = 2000, STAY_MS = 6000;
let slow = 0, hide = 0;

function say(text) {
  clearTimeout(hide);
  byId("sending").textContent = text;
}

function sayHow(outcome) {
  const done = outcome === "accepted" || outcome === "duplicate", unknown = outcome === "unknown";
  say(t(done ? "sent" : unknown ? "sent_unknown" : "sent_in_vain"));
  hide = setTimeout(() => say(""), STAY_MS);
}

// answer: promises {outcome}, and is never rejected. Gives what it gives.
export async function untilSent(answer) {
  let isSlow = false;
  const timer = setTimeout(() => {
    isSlow = true;
    slow++;
    say(t("sending"));
  }, SLOW_MS);
  const told = await answer;
  clearTimeout(timer);
  if (isSlow && --slow === 0) sayHow(told.outcome);   // while others are on their way, that is what the line says
  return told;
}
