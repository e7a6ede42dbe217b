// SPDX-License-Identifier: Apache-2.0
// The desk's shared list: looked at when asked for, and taken from.

import {act} from "./api.mjs";
import {button, byId, make} from "./elements.mjs";
import {tell} from "./notices.mjs";
import {because, span, t} from "./texts.mjs";
import {serverNow} from "./clock.mjs";

let shown = null;

async function look() {
  const told = await act("list");
  if (told.outcome !== "accepted") tell(t("failed", {reason: because(told.reason, told.outcome)}));
}

async function take(row) {
  const told = await act("pull", {lead_id: row.lead_id});
  if (told.outcome !== "accepted" && told.outcome !== "duplicate") tell(t("failed", {reason: because(told.reason, told.outcome)}));
  await look();
}

export function show(rows) {
  const content = JSON.stringify(rows);
  if (content === shown) return;
  shown = content;
  byId("shared").querySelector(".rows").replaceChildren(
    ...(rows ?? []).map((row) => make("p", {class: "row"},
      make("span", {class: `tag ${row.channel}`}, t(`channel_${row.channel}`)), make("span", {}, row.queue || row.source),
      make("span", {class: "came"}, t("came", {time: span(serverNow() - row.received_unix_ms)})),
      button(t("take_it"), () => take(row), {"aria-label": `${t("take_it")}: ${row.queue || row.source}`}))),
    rows?.length === 0 ? make("p", {class: "empty"}, t("shared_empty")) : "",
    button(t(rows ? "shared_again" : "shared_ask"), look));
}
