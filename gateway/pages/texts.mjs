// SPDX-License-Identifier: Apache-2.0
// The pages' words: one file per language, of all pages. Which one: what was chosen here, else the browser's, else the desk's.

const LANGUAGES = ["en", "it"];
let texts = {};
export let language = "en";

export function languages() {
  return LANGUAGES;
}

export function choose(code) {
  localStorage.setItem("language", code);
  location.reload();
}

export async function load(ofDesk) {
  const wanted = [localStorage.getItem("language"), ...navigator.languages.map((code) => code.slice(0, 2)), ofDesk];
  language = wanted.find((code) => LANGUAGES.includes(code)) ?? "en";
  texts = await (await fetch(`/static/texts_${language}.json`)).json();
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
}

// The text of that name, with {word} replaced by values.word.
export function t(name, values = {}) {
  return (texts[name] ?? name).replace(/\{(\w+)\}/g, (all, word) => values[word] ?? all);
}

// The text of a word of the broker's, of that kind; without one the word as it was told.
export const wordOf = (kind, word) => texts[`${kind}_${word}`] ?? word;

// Why something was refused, or taken back: what the broker says of it, in the page's words where they have any, else as it was told.
export function because(reason, outcome = "") {
  const name = reason ? `cause_${reason.toLowerCase().replace(/\W+/g, "_")}` : `outcome_${outcome}`;
  return texts[name] ?? texts[`why_${reason}`] ?? (reason || outcome);
}

// A sentence of a program as the page says it: the text of the first of the forms, [pattern, name], that it has, with what stands in it; undefined: of none.
// turn: {group: what to make of it}.
export function said(forms, told, turn = {}) {
  for (const [form, name] of forms) {
    const found = form.exec(told);
    if (found) return t(name, Object.fromEntries(Object.entries(found.groups ?? {}).map(([group, value]) => [group, turn[group]?.(value ?? "") ?? value ?? ""])));
  }
  return undefined;
}

// A number of milliseconds as people say it: 42 s, 3:05, 2 h 10 min.
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

// The same of a time to come, in days where it is many hours.
export function ahead(ms) {
  const days = Math.round(ms / 86400000);
  return days >= 2 ? new Intl.NumberFormat(language, {style: "unit", unit: "day", unitDisplay: "long"}).format(days) : span(ms);
}

// What the desk's rules call it: in the page's language where they have a word for it.
export function labelOf({texts: own = {}, label}) {
  const tag = [language, ...Object.keys(own)].find((one) => one in own && one.split("-")[0] === language);
  return own[tag] ?? label;
}

export function day(unixMs) {
  return new Intl.DateTimeFormat(language, {dateStyle: "medium"}).format(new Date(unixMs));
}

export function moment(unixMs) {
  return new Intl.DateTimeFormat(language, {dateStyle: "medium", timeStyle: "short"}).format(new Date(unixMs));
}

// A zone that the browser does not know is told alone.
export function clockIn(timeZone) {
  try {
    return `${new Intl.DateTimeFormat(language, {timeZone, weekday: "short", hour: "2-digit", minute: "2-digit"}).format(new Date())} (${timeZone})`;
  } catch {
    return timeZone;
  }
}

// A number of bytes as people say it.
export function bytes(count) {
  const [unit, by] = count < 1000 ? ["byte", 1] : count < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  return new Intl.NumberFormat(language, {style: "unit", unit, maximumFractionDigits: 1}).format(count / by);
}
