// SPDX-License-Identifier: Apache-2.0
// Fields of the forms of the rules. Each is {element, changed(), fault(text)}: changed() is what the form sends of it, undefined when
// nothing is different from what the rules have; fault() shows beside the field what is wrong with it.

import {button, make} from "./elements.mjs";
import {t} from "./texts.mjs";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TIMES_MAX = 4;

function framed(name, label, hint, content, many) {
  const fault = make("p", {class: "fault", id: `form-${name}-fault`, hidden: true});
  const about = hint ? make("p", {class: "why", id: `form-${name}-hint`}, hint) : null, describes = [hint && `form-${name}-hint`, `form-${name}-fault`].filter(Boolean).join(" ");
  const element = many ? make("fieldset", {"aria-describedby": describes}, make("legend", {}, label), about, content, fault) :
    make("div", {class: "field"}, make("label", {for: `form-${name}`}, label), content, about, fault);
  if (!many) content.setAttribute("aria-describedby", describes);
  return {
    element,
    fault(text) {
      fault.hidden = !text;
      fault.textContent = text;
      for (const input of many ? element.querySelectorAll("input") : [content]) text ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
      if (text) (many ? element.querySelector("input, select, button") : content)?.focus();
    },
  };
}

// A whole number as a number; what is none as it was written, for the rules' reader to refuse.
const asNumber = (text) => (/^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : text.trim());

export function text(name, was, {number = false, hint = ""} = {}) {
  const input = make("input", {type: "text", id: `form-${name}`, value: was ?? "", inputmode: number ? "numeric" : undefined, autocomplete: "off", maxlength: 200});
  return {...framed(name, t(`form_${name}`), hint, input), changed() {
    const written = input.value.trim();
    if (written === String(was ?? "")) return undefined;
    return written === "" ? null : number ? asNumber(written) : written;
  }};
}

export function choice(name, was, options) {
  const input = make("select", {id: `form-${name}`}, [["", t("form_none")], ...options].map(([value, label]) => make("option", {value, selected: value === (was ?? "")}, label)));
  return {...framed(name, t(`form_${name}`), "", input), changed: () => (input.value === (was ?? "") ? undefined : input.value || null)};
}

// {name: level}: those that are there, and one more at a time: of `options`, or any that is typed.
export function levels(name, was, {options = null, label = (key) => key, hint = "", first = ""} = {}) {
  const rows = new Map(), list = make("div", {class: "levels"});
  const adder = options ? make("select", {id: `form-${name}-more`, "aria-label": t("form_more", {what: t(`form_${name}`)})}) :
    make("input", {type: "text", id: `form-${name}-more`, "aria-label": t("form_more", {what: t(`form_${name}`)}), autocomplete: "off", maxlength: 100});
  const more = button(t("form_add"), () => adder.value.trim() && add(adder.value.trim(), first, true), {"aria-label": t("form_add_to", {what: t(`form_${name}`)})});

  function offer() {
    if (!options) return (adder.value = "");
    adder.replaceChildren(...options.filter(([key]) => !rows.has(key)).map(([key, text_]) => make("option", {value: key}, text_)));
    adder.hidden = more.hidden = adder.children.length === 0;
  }

  function add(key, value, focus) {
    if (!rows.has(key)) {
      const input = make("input", {type: "text", inputmode: "numeric", value, id: `form-${name}-${key}`, autocomplete: "off", maxlength: 9});
      const row = make("div", {class: "row"}, make("label", {for: input.id}, label(key)), input, button("×", () => {
        rows.delete(key);
        row.remove();
        offer();
        adder.focus();
      }, {"aria-label": t("form_remove_from", {what: label(key)})}));
      rows.set(key, input);
      list.append(row);
    }
    offer();
    if (focus) rows.get(key).focus();
  }

  for (const [key, value] of Object.entries(was ?? {})) add(key, value ?? "");
  offer();
  adder.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || options) return;
    event.preventDefault();
    more.click();
  });
  return {...framed(name, t(`form_${name}`), hint, make("div", {class: "levels"}, list, make("div", {class: "row"}, adder, more)), true), changed() {
    const set = {};
    for (const key of Object.keys(was ?? {})) if (!rows.has(key)) set[key] = null;
    for (const [key, input] of rows) if (input.value.trim() !== String(was?.[key] ?? "") || !(key in (was ?? {}))) set[key] = asNumber(input.value) === "" ? null : asNumber(input.value);
    return Object.keys(set).length ? set : undefined;
  }};
}

export function list(name, was, {type = "text", hint = ""} = {}) {
  const items = new Set(was), place = make("ul", {class: "items"});
  const adder = make("input", {type, id: `form-${name}-more`, "aria-label": t("form_more", {what: t(`form_${name}`)}), autocomplete: "off", maxlength: type === "text" ? 100 : undefined});

  function show() {
    place.replaceChildren(...[...items].map((item) => make("li", {class: "row"}, item, button("×", () => {
      items.delete(item);
      show();
      adder.focus();
    }, {"aria-label": t("form_remove_from", {what: item})}))));
  }

  function add() {
    if (adder.value.trim()) items.add(adder.value.trim());
    adder.value = "";
    show();
    adder.focus();
  }

  adder.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    add();
  });
  show();
  return {...framed(name, t(`form_${name}`), hint, make("div", {class: "levels"}, place, make("div", {class: "row"}, adder,
    button(t("form_add"), add, {"aria-label": t("form_add_to", {what: t(`form_${name}`)})}))), true), changed() {
    const set = {};
    if (adder.value.trim()) items.add(adder.value.trim());   // written, and not added yet
    for (const item of was) if (!items.has(item)) set[item] = null;
    for (const item of items) if (!was.includes(item)) set[item] = true;
    return Object.keys(set).length ? set : undefined;
  }};
}

// Each day's times, from and to, up to four; none: closed.
export function hours(name, was) {
  const week = DAYS.map((day) => {
    const spans = [], place = make("div", {class: "spans-of-day"});
    const more = button("+", () => add("", "", true), {"aria-label": t("form_more_times", {day: t(`week_${day}`)})});
    const time = (value, what) => make("input", {type: "text", value, placeholder: "00:00", inputmode: "numeric", maxlength: 5, autocomplete: "off", class: "time",
      "aria-label": t(what, {day: t(`week_${day}`)})});

    function add(from, to, focus) {
      const span = [time(from, "form_from"), time(to, "form_to")];
      spans.push(span);
      place.insertBefore(make("span", {class: "from-to"}, span[0], "–", span[1]), more);
      more.hidden = spans.length >= TIMES_MAX;
      if (focus) span[0].focus();
    }

    place.append(more);
    for (const span of (was?.[day] ?? "").split(",").map((part) => part.trim()).filter(Boolean)) add(...span.split("-"));
    if (spans.length === 0) add("", "");
    return {day, element: make("div", {class: "row"}, make("span", {class: "day"}, t(`week_${day}`)), place),
      value: () => spans.map(([from, to]) => [from.value.trim(), to.value.trim()]).filter(([from, to]) => from || to).map((span) => span.join("-")).join(", ")};
  });
  return {...framed(name, t(`form_${name}`), t("form_hours_hint"), make("div", {class: "levels"}, week.map(({element}) => element)), true), changed() {
    const set = {};
    for (const {day, value} of week) if (value() !== (was?.[day] ?? "")) set[day] = value() || null;
    return Object.keys(set).length ? set : undefined;
  }};
}
