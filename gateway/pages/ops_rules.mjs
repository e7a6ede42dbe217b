// SPDX-License-Identifier: Apache-2.0
// The desk's rules: looked at, changed with a reason, compared with former versions, gone back to.

import {ask as dialog, button, byId, make} from "./elements.mjs";
import {tell} from "./notices.mjs";
import {ask, get, look} from "./ops_api.mjs";
import {inRulesWords} from "./rules_words.mjs";
import {because, moment, t} from "./texts.mjs";

const LINES_MAX = 3000, REASON_MAX = 500, SHOWN_STEP = 20;
let told = null, mayApply = false, goesBack = null, based = 0, shownMax = SHOWN_STEP;

// Lines that go, come and stay, [sign, line]: the longest common subsequence, between equal beginnings and ends.
export function difference(before, after) {
  const a = before.split("\n"), b = after.split("\n");
  let start = 0, end = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const left = a.slice(start, a.length - end), right = b.slice(start, b.length - end);
  if (left.length > LINES_MAX || right.length > LINES_MAX) return [...left.map((line) => ["−", line]), ...right.map((line) => ["+", line])];
  const best = Array.from({length: left.length + 1}, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--) best[i][j] = left[i] === right[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  const rows = [];
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    if (i < left.length && j < right.length && left[i] === right[j]) rows.push([" ", left[i++], j++]);
    else if (j >= right.length || (i < left.length && best[i + 1][j] >= best[i][j + 1])) rows.push(["−", left[i++]]);
    else rows.push(["+", right[j++]]);
  }
  return rows;
}

function shown(before, after) {
  const rows = difference(before, after).filter(([sign]) => sign !== " ");
  return make("ul", {class: "difference", "aria-label": t("rules_difference"), tabindex: "0"}, rows.length === 0 ? make("li", {}, t("rules_same")) :
    rows.map(([sign, line]) => make("li", {class: sign === "+" ? "comes" : "goes"}, `${sign} ${line}`)));
}

const text = () => byId("rules-text").value;

function say(answer) {
  const place = byId("rules").querySelector(".found");
  place.replaceChildren(...[...(answer.problems ?? []).map((line) => make("li", {class: "problem"}, inRulesWords(line))), ...(answer.warnings ?? []).map((line) => make("li", {}, inRulesWords(line))),
    answer.reason && make("li", {}, because(answer.reason))].filter(Boolean));
}

async function check() {
  say(await ask("rules", {text: text(), check: true}));
}

// Other rules may come while the dialog is open: what was looked at is what is sent, on the version it was changed from.
async function apply() {
  const from = based, written = text(), before = told.text;
  const reason = make("input", {type: "text", id: "rules-reason", maxlength: REASON_MAX});
  const why = await dialog(byId("ask"), t("rules_apply"), (end) => [shown(before, written), make("label", {for: "rules-reason"}, t("reason")), reason,
    make("div", {class: "choices"}, button(t("rules_apply"), () => (reason.value.trim() ? end(reason.value.trim()) : reason.focus()), {class: "primary"}),
      button(t("cancel"), () => end(null)))]);
  if (!why) return;
  const answer = await ask("rules", {text: written, reason: why, based_on: from});
  say(answer);
  if (answer.outcome !== "accepted") return tell(t("failed", {reason: because(answer.reason) || t("rules_wrong")}));
  tell(t("rules_applied", {version: answer.version}));
}

// The difference of a former version to the next one, and a way back to it.
async function open(row) {
  const former = await look(`rules?version=${row.version}`), next = told.versions.find(({version}) => version > row.version);
  if (!former) return tell(t(former === undefined ? "not_read" : "rules_not_kept"));
  const after = next && next.version !== told.version ? await look(`rules?version=${next.version}`) : told;
  const back = await dialog(byId("ask"), t("rules_version", {version: row.version}), (end) => [
    make("p", {class: "why"}, [moment(row.applied_unix_ms), row.by, row.reason].filter(Boolean).join(" · ")),
    row.version !== told.version && make("h3", {}, t("rules_then")), row.version !== told.version && shown(former.text, after?.text ?? ""),
    make("div", {class: "choices"}, mayApply && button(t("rules_back"), () => end("text")),
      goesBack && row.version !== told.version && button(t("form_go_back", {version: row.version}), () => end("back")), button(t("ok"), () => end(false), {class: "primary"}))].filter(Boolean));
  if (back === "back") return goesBack(row.version, () => [shown(told.text, former.text)]);
  if (back !== "text") return;
  byId("rules-text").value = former.text;
  byId("rules-text").focus();
}

function fill() {
  const place = byId("rules").querySelector(".versions");
  place.replaceChildren(...[...told.versions].reverse().slice(0, shownMax).map((row) => make("li", {}, button(t("rules_version", {version: row.version}), () => open(row),
    {class: "id-button", "aria-haspopup": "dialog"}), ` ${[moment(row.applied_unix_ms), row.by, row.reason].filter(Boolean).join(" · ")}`)));
  byId("rules").querySelector(".more").replaceChildren(...(told.versions.length > shownMax ? [button(t("rules_older"), more)] : []));
}

// The focus goes to the newest of those that came: the button may be gone.
function more() {
  const before = shownMax;
  shownMax += SHOWN_STEP;
  fill();
  byId("rules").querySelectorAll(".versions button")[before]?.focus();
}

// Rules of this version are in force. What is being written stays; it can be applied only after it was looked at beside the new ones.
export async function renew(version) {
  if (told?.version === version) return;
  const now = await get("rules");
  if (!now || now.version !== version || told?.version === version) return;   // another call for it was quicker
  const changed = told && text() !== told.text && text() !== now.text;
  told = now;
  if (changed) tell(t("rules_others", {version}));
  else byId("rules-text").value = now.text;
  based = now.version;
  fill();
}

// back(version, more): how who may change forms goes back to a version; false: not at all.
export function begin(may, back) {
  mayApply = may;
  goesBack = back;
  byId("rules").querySelector(".editor").replaceChildren(
    make("label", {for: "rules-text"}, t("rules_text")), make("textarea", {id: "rules-text", rows: 16, spellcheck: "false", readonly: !may}),
    make("ul", {class: "found", "aria-live": "polite"}),
    may ? make("div", {class: "choices"}, button(t("rules_check"), check), button(t("rules_apply"), apply, {class: "primary", "aria-haspopup": "dialog"}),
      button(t("rules_undo"), () => (byId("rules-text").value = told?.text ?? ""))) : "");
}
