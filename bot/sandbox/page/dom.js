// Builds DOM nodes from values: elements, icons, and lists that keep the nodes which did not change.

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element. `props`: class, text, on {event: listener}, dataset, anything else an attribute (null and false leave it out). */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProperty(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "text") node.textContent = value;
  else if (name === "value") node.value = value;
  else if (name === "dataset") Object.assign(node.dataset, value);
  else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** Makes an SVG element with attributes; `text` becomes its text. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}

const ICONS = {
  hash: "M7 2 5.5 18M14.500 2 13 18M3 7h15M2 13h15",
  bolt: "M11 2 4 11h5l-1 7 8-10h-5z",
  send: "M3 3l15 7-15 7 2-7zM5 10h7",
  dots: "M10 4.500v.01M10 10v.01M10 15.500v.01",
  thread: "M3 4h14v10H9l-4 3v-3H3zM6.500 8h7M6.500 11h4",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4l-6 6 6 6",
  next: "M8 4l6 6-6 6",
  down: "M5 8l5 5 5-5",
  menu: "M3 5h14M3 10h14M3 15h14",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 8a2 2 0 100 4 2 2 0 000-4z",
  warn: "M10 3 2 17h16zM10 8v4M10 14.500v.01",
  info: "M10 2a8 8 0 100 16 8 8 0 000-16zM10 9v5M10 6v.01",
  check: "M4 10l4 4 8-9",
  clock: "M10 2a8 8 0 100 16 8 8 0 000-16zM10 5v5l3 2",
  mail: "M2.500 4.500h15v11h-15zM2.500 5.500l7.500 6 7.500-6",
  image: "M3 4h14v12H3zM3 14l4-4 3 3 3-4 4 5M7 7.500v.01",
};

/** A decorative line icon, hidden from assistive technology. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" }, svg("path", { d: ICONS[name] }));
}

/** A button that shows only an icon; `label` is its name and its tooltip. */
export function iconButton(name, label, onClick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: onClick }, ...props }, icon(name));
}

let counter = 0;

/** A fresh DOM id with a readable beginning. */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/**
 * Brings the children of `parent` to `items`, keeping nodes whose key and signature did not change, so that focus, caret,
 * open menus and the reader's place survive. Each item: {key, signature, build()}.
 */
export function patch(parent, items) {
  const focus = rememberFocus(parent);
  const kept = new Map([...parent.children].map((node) => [node.patchKey, node]));
  const wanted = items.map((item) => {
    const old = kept.get(item.key);
    if (old && old.patchSignature === item.signature) return old;
    const node = item.build();
    node.patchKey = item.key;
    node.patchSignature = item.signature;
    return node;
  });
  const stay = new Set(wanted);
  for (const node of [...parent.children]) if (!stay.has(node)) node.remove();
  wanted.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  restoreFocus(parent, focus);
}

function rememberFocus(parent) {
  const active = document.activeElement;
  if (!active || !parent.contains(active)) return null;
  const holder = active.closest("[data-key]");
  if (!holder) return null;
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return { key: holder.dataset.key, caret };
}

function restoreFocus(parent, focus) {
  if (!focus || parent.contains(document.activeElement)) return;
  const node = [...parent.querySelectorAll("[data-key]")].find((candidate) => candidate.dataset.key === focus.key);
  if (!node) return;
  node.focus({ preventScroll: true });
  if (focus.caret && focus.caret[0] !== null && "setSelectionRange" in node) node.setSelectionRange(...focus.caret);
}
