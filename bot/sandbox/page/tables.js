// Draws the table and data_table blocks; a data table is sorted and paged here, as Slack's client does it.

import { freshId, h, icon } from "./dom.js";
import { element } from "./elements.js";
import { richText } from "./richtext.js";

const PAGE_SIZE = 5;

function cell(item, blockId, ctx) {
  if (!item) return [];
  if (item.type === "rich_text") return richText(item, ctx.app);
  if (item.type === "action") return [element(item.element, blockId, ctx)];
  return [String(item.text ?? item.value ?? "")];
}

/** A simple table; its first row is the head. */
export function table(block, ctx) {
  const settings = block.column_settings ?? [];
  const classes = (index) => `align-${settings[index]?.align ?? "left"}${settings[index]?.is_wrapped ? " wrapped" : ""}`;
  const [head, ...rows] = block.rows;
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", { class: "table" },
    h("thead", {}, h("tr", {}, head.map((item, index) => h("th", { scope: "col", class: classes(index) }, cell(item, null, ctx))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((item, index) => h("td", { class: classes(index) }, cell(item, null, ctx))))))));
}

/** A table with a caption, columns that sort, and pages. */
export function dataTable(block, blockId, ctx) {
  const state = { column: null, down: false, page: 0 };
  const captionId = freshId("caption");
  const holder = h("div", { class: "data-table" });
  const draw = (focus = null) => {
    holder.replaceChildren(...parts(block, blockId, ctx, state, draw, captionId));
    if (focus) holder.querySelector(`[data-key="${focus}"]`)?.focus();
  };
  draw();
  return holder;
}

function parts(block, blockId, ctx, state, draw, captionId) {
  const [head, ...body] = block.rows;
  const size = block.page_size ?? PAGE_SIZE;
  const rows = sorted(body, state).slice(state.page * size, (state.page + 1) * size);
  const nameColumn = block.row_header_column_index ?? 0;
  const grid = h("table", { class: "table" }, h("caption", { id: captionId, text: block.caption }),
    h("thead", {}, h("tr", {}, head.map((item, index) => headCell(item, index, body, state, draw)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((item, index) => h(index === nameColumn ? "th" : "td", { scope: index === nameColumn ? "row" : null, class: item.type === "raw_number" ? "align-right" : "" }, cell(item, blockId, ctx)))))));
  return [h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-labelledby": captionId }, grid), pager(body.length, size, state, draw)].filter(Boolean);
}

function headCell(item, index, body, state, draw) {
  const sorting = state.column === index ? (state.down ? "descending" : "ascending") : "none";
  const sort = () => {
    state.down = state.column === index && !state.down;
    state.column = index;
    state.page = 0;
    draw(`sort-${index}`);
  };
  const number = body.every((row) => row[index]?.type === "raw_number");
  return h("th", { scope: "col", "aria-sort": sorting, class: number ? "align-right" : "" }, h("button", { type: "button", class: "sort", dataset: { key: `sort-${index}` }, on: { click: sort } }, item.text ?? "", h("span", { class: "sort-mark", "aria-hidden": "true", text: { none: "", ascending: " ↑", descending: " ↓" }[sorting] })));
}

function sorted(rows, { column, down }) {
  if (column === null) return rows;
  const value = (row) => (row[column].type === "raw_number" ? row[column].value : row[column].text ?? "");
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  return [...rows].sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1));
}

function pager(total, size, state, draw) {
  const pages = Math.ceil(total / size);
  if (pages < 2) return null;
  const go = (step, key) => () => { state.page += step; draw(key); };
  const from = state.page * size + 1;
  return h("div", { class: "pager" }, h("span", { "aria-live": "polite", text: `${from}–${Math.min(total, from + size - 1)} of ${total}` }),
    h("button", { type: "button", class: "icon-button", "aria-label": "Previous page", disabled: state.page === 0, dataset: { key: "page-back" }, on: { click: go(-1, "page-back") } }, icon("back")),
    h("button", { type: "button", class: "icon-button", "aria-label": "Next page", disabled: state.page === pages - 1, dataset: { key: "page-next" }, on: { click: go(1, "page-next") } }, icon("next")));
}
