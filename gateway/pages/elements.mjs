// SPDX-License-Identifier: Apache-2.0
// Elements of the page. All text goes through textContent: what comes from leads is never read as markup.

// make("p", {class: "x", onclick: f}, "text", child, ...). Children that are null, false or "" are left out.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

export function button(text, onclick, attributes = {}) {
  return make("button", {type: "button", onclick, ...attributes}, text);
}

// What runs each moment touches the page only when it says something else.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const byId = (id) => document.getElementById(id);

export function key(name) {
  return make("kbd", {"aria-hidden": "true"}, name);
}

// The digit that presses the choice at that place; "": none, from the eleventh on.
export const digitOf = (index) => (index < 9 ? `${index + 1}` : index === 9 ? "0" : "");
export const placeOf = (digit) => (digit === "0" ? 10 : Number(digit));

// A dialog that ends with what the chosen button gives; null when it was left.
export function ask(dialog, title, fill) {
  return new Promise((resolve) => {
    let chosen = null;
    const choose = (value) => {
      chosen = value;
      dialog.close();
    };
    dialog.replaceChildren(make("h2", {id: `${dialog.id}-title`}, title), ...fill(choose));
    dialog.onclose = () => resolve(chosen);
    if (dialog.open) dialog.close();
    dialog.showModal();
  });
}
