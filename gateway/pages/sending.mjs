// SPDX-License-Identifier: Apache-2.0
// What takes long to be sent, or to be read, is told of in a calm line; of what was sent also how it went.

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

// Gives what the answer gives.
async function watch(answer, text, atEnd) {
  let isSlow = false, told;
  const timer = setTimeout(() => {
    isSlow = true;
    slow++;
    say(text());
  }, SLOW_MS);
  try {
    return (told = await answer);
  } finally {
    clearTimeout(timer);
    if (isSlow && --slow === 0) atEnd(told);   // while others are on their way, that is what the line says
  }
}

// answer: promises {outcome}, and is never rejected.
export const untilSent = (answer) => watch(answer, () => t("sending"), ({outcome}) => sayHow(outcome));

export function sayUnreachable() {
  say(t("sign_in_failed"));
  hide = setTimeout(() => say(""), STAY_MS);
}

// For what somebody waits to see: then that says how it went.
export const untilHere = (answer) => watch(answer, () => t("loading"), () => say(""));
