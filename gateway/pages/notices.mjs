// SPDX-License-Identifier: Apache-2.0
// Messages that stay until they are read, or for a while.

import {button, byId, make} from "./elements.mjs";
import {because, t} from "./texts.mjs";

const STAY_MS = 12000, SHOWN_MAX = 4;
let seen = -1;

export function tell(text) {
  const box = byId("notices");
  const line = make("p", {class: "notice"}, make("span", {}, text), button("×", () => line.remove(), {"aria-label": t("dismiss")}));
  box.append(line);
  while (box.children.length > SHOWN_MAX) box.firstElementChild.remove();
  setTimeout(() => line.remove(), STAY_MS);
}

// Of the state's notices those that are new; what was there when the page began is old.
export function show(notices) {
  const last = notices.at(-1)?.number ?? 0;
  if (seen >= 0 && last >= seen) {
    for (const notice of notices.filter(({number}) => number > seen)) {
      const reason = notice.taken_by ? t("taken_by", {name: notice.taken_by}) : t(notice.was_offer ? "gone_offer" : "gone_lead", {reason: because(notice.reason)});
      tell(reason);
    }
  }
  seen = last;
}
