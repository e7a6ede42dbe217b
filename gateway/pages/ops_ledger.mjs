// SPDX-License-Identifier: Apache-2.0
// The fair share ledger: who is due next where a policy deals by shares.

import {byId} from "./elements.mjs";
import {get} from "./ops_api.mjs";
import {Table} from "./ops_table.mjs";
import {t} from "./texts.mjs";

const EVERY_MS = 5000, SHOWN_MAX = 200;

const signed = (hundredths) => (hundredths / 100).toLocaleString(document.documentElement.lang, {signDisplay: "exceptZero", maximumFractionDigits: 1});

async function look(table) {
  const told = await get("ledger");
  if (!told) return;
  byId("ledger").hidden = !told.in_use;
  table.show(told.rows.slice(0, SHOWN_MAX));
}

// labelOf: what people call a rep.
export function begin(labelOf) {
  const table = new Table(byId("ledger").querySelector(".scroll"), t("ledger"), [
    {head: t("turn_place"), number: true, text: (row) => row.place || "–"}, {head: t("rep"), text: (row) => labelOf(row.rep)},
    {head: t("share_of"), number: true, text: (row) => row.share},
    {head: t("owed"), number: true, text: (row) => signed(row.owed_hundredths)},
    {head: t("state"), text: (row) => t(row.present ? "is_present" : "is_absent")}], (row) => row.rep);
  look(table);
  setInterval(() => document.hidden || look(table), EVERY_MS);
}
