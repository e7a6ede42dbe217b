// SPDX-License-Identifier: Apache-2.0
// Tables that change each second: rows stay while their key does, so that a button under a finger or in focus stays the same.

import {make} from "./elements.mjs";
import {t} from "./texts.mjs";

// columns: [{head, text(row), bad(row), number, act(getRow)}]: act makes what is in the cell, once for each row.
export class Table {
  constructor(place, label, columns, key) {
    Object.assign(this, {columns, key, rows: new Map()});
    this.body = make("tbody");
    this.none = make("p", {class: "empty"}, t("nothing"));
    this.table = make("table", {"aria-label": label}, make("thead", {}, make("tr", {}, columns.map((column) =>
      make("th", {scope: "col", class: [column.number && "number", column.act && !column.head && "act"].filter(Boolean).join(" ") || null},
        column.head || make("span", {class: "unseen"}, t("acts")))))), this.body);
    place.replaceChildren(this.table, this.none);
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", label);
  }

  show(list) {
    const seen = new Set();
    list.forEach((row, index) => {
      const key = this.key(row), line = this.rows.get(key) ?? this.begin(key, row);
      seen.add(key);
      line.row = row;
      this.columns.forEach((column, at) => !column.act && fill(line.cells[at], column, row));
      if (this.body.children[index] !== line.element) this.body.insertBefore(line.element, this.body.children[index] ?? null);
    });
    for (const [key, line] of this.rows) {
      if (seen.has(key)) continue;
      line.element.remove();
      this.rows.delete(key);
    }
    this.table.hidden = list.length === 0;
    this.none.hidden = list.length > 0;
  }

  begin(key, row) {
    const line = {row};
    line.cells = this.columns.map((column) => make("td", {class: [column.number && "number", column.act && !column.head && "act"].filter(Boolean).join(" ") || null},
      column.act ? column.act(() => line.row) : ""));
    line.element = make("tr", {}, line.cells);
    this.rows.set(key, line);
    return line;
  }
}

function fill(cell, column, row) {
  const text = String(column.text(row) ?? "");
  if (cell.textContent !== text) cell.textContent = text;
  if (column.bad) cell.classList.toggle("bad", Boolean(column.bad(row)));
}
