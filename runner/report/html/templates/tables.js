// Tables that can be sorted by a column and filtered by words. Without this script they are plain tables.
"use strict";
(() => {
  const told = document.getElementById("told");
  const words = (text) => text.trim().toLocaleLowerCase();
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const keyOf = (cell, isNumber) => {
    const text = cell.dataset.k ?? cell.textContent;
    if (cell.dataset.k === undefined && (text === "—" || text === "")) return null;
    if (!isNumber) return text;
    const value = Number(text);
    return Number.isNaN(value) ? null : value;
  };

  const sort = (table, heading, place) => {
    const isNumber = "number" in heading.dataset;
    const up = heading.getAttribute("aria-sort") !== "ascending";
    const sign = up ? 1 : -1;
    const body = table.tBodies[0];
    const keyed = Array.from(body.rows, (row) => [keyOf(row.cells[place], isNumber), row]);
    keyed.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (isNumber ? a - b : order.compare(a, b));
    });
    const sorted = document.createDocumentFragment();
    for (const [, row] of keyed) sorted.append(row);
    body.append(sorted);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    told.textContent = `Sorted by ${heading.textContent}, ${up ? "ascending" : "descending"}`;
  };

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((heading, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, place));
      heading.append(button);
    });
  }

  const compare = {
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
    "=": (a, b) => a === b,
  };

  // A word that a row must have, or a condition on a column: accuracy>0.9, optimizer=adam.
  const test = (word, headings, texts) => {
    const [, name, sign, wanted] = /^(.+?)(<=|>=|<|>|=)(.+)$/.exec(word) ?? [];
    const place = headings.findIndex((heading) => words(heading.textContent).replaceAll(" ", "_") === name);
    if (place < 0) return (row) => texts.get(row).includes(word);
    const isNumber = "number" in headings[place].dataset;
    return (row) => {
      const key = keyOf(row.cells[place], isNumber);
      if (key === null) return false;
      return isNumber ? compare[sign](key, Number(wanted)) : compare[sign](words(key), wanted);
    };
  };

  for (const table of document.querySelectorAll("table[data-filterable]")) {
    const box = document.createElement("p");
    const label = document.createElement("label");
    const field = document.createElement("input");
    const count = document.createElement("span");
    const headings = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    const texts = new Map(rows.map((row) => [row, words(Array.from(row.cells, (c) => c.textContent).join(" "))]));
    const number = headings.find((heading) => "number" in heading.dataset);
    box.className = "filter";
    field.type = "search";
    field.autocomplete = "off";
    field.size = 36;
    if (number) field.placeholder = `words, or ${words(number.textContent).replaceAll(" ", "_")}>1`;
    label.append("Show rows with ", field);
    box.append(label, " ", count);
    table.parentElement.before(box);
    field.addEventListener("input", () => {
      const wanted = words(field.value).split(/\s+/).filter(Boolean);
      const tests = wanted.map((word) => test(word, headings, texts));
      let shown = 0;
      for (const row of rows) {
        row.hidden = !tests.every((holds) => holds(row));
        shown += !row.hidden;
      }
      count.textContent = told.textContent = `${shown} of ${rows.length} rows`;
    });
  }
})();
