// Draws the data_visualization block (bar, line, area, pie) as inline SVG, with the same figures as a table for who cannot see it.

import { freshId, h, svg } from "./dom.js";

const WIDE = 520;
const NARROW = { screen: 700, width: 300 };
const HEIGHT = 240;
const BOX = { left: 48, right: 12, top: 12, bottom: 44 };
const COLOURS = ["#1264a3", "#007a5a", "#c4501b", "#7c3085", "#c01343", "#5b6b7b", "#8a6100", "#2d6f8f", "#4f7a00", "#a0337d", "#3b52c4", "#6b4a2f"];

/** The whole block: title, drawing, legend, and its hidden table. */
export function chart(block) {
  const titleId = freshId("chart");
  const data = block.chart;
  const draw = { bar: axes, line: axes, area: axes, pie }[data.type];
  const names = data.type === "pie" ? data.segments.map((segment) => segment.label) : data.series.map((series) => series.name);
  const drawing = draw ? draw(data) : h("div", { class: "not-drawn", text: `Chart type ${data.type} is not drawn here` });
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-labelledby", titleId);
  return h("figure", { class: "chart" }, h("figcaption", { id: titleId, class: "chart-title", text: block.title }), drawing, names.length > 1 ? legend(names) : null, figures(block.title, data));
}

function legend(names) {
  return h("div", { class: "legend", "aria-hidden": "true" }, names.map((name, index) => h("span", { class: "legend-item" }, svg("svg", { viewBox: "0 0 10 10", class: "swatch" }, svg("rect", { width: 10, height: 10, rx: 2, fill: COLOURS[index % COLOURS.length] })), name)));
}

function figures(title, data) {
  const rows = data.type === "pie" ? data.segments.map((segment) => [segment.label, segment.value]) : data.axis_config.categories.map((label) => [label, ...data.series.map((series) => valueAt(series, label) ?? "")]);
  const head = data.type === "pie" ? ["Part", "Value"] : [data.axis_config.x_label ?? "Label", ...data.series.map((series) => series.name)];
  return h("table", { class: "hidden-visually" }, h("caption", { text: `${title}: figures` }), h("tr", {}, head.map((text) => h("th", { scope: "col", text }))), rows.map((row) => h("tr", {}, row.map((value) => h("td", { text: String(value) })))));
}

function valueAt(series, label) {
  return series.data.find((point) => point.label === label)?.value ?? null;
}

function scaleOf(data) {
  const values = data.series.flatMap((series) => series.data.map((point) => point.value));
  const low = Math.min(0, ...values);
  const step = niceStep((Math.max(0, ...values) - low) / 4 || 1);
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(Math.ceil(Math.max(0, ...values) / step) * step, bottom + step);
  const y = (value) => BOX.top + ((top - value) / (top - bottom)) * (HEIGHT - BOX.top - BOX.bottom);
  const ticks = Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, index) => bottom + index * step);
  return { y, ticks };
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
}

function short(value) {
  if (Math.abs(value) >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  if (Math.abs(value) >= 1e4) return `${+(value / 1e3).toFixed(1)}k`;
  return String(+value.toFixed(2));
}

function axes(data) {
  const width = window.innerWidth < NARROW.screen ? NARROW.width : WIDE;
  const { y, ticks } = scaleOf(data);
  const { categories, x_label: xLabel, y_label: yLabel } = data.axis_config;
  const slot = (width - BOX.left - BOX.right) / categories.length;
  const x = (index) => BOX.left + slot * (index + 0.5);
  const marks = data.type === "bar" ? bars(data, { x, y, slot }) : lines(data, { x, y });
  return svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "plot" }, ...grid(ticks, y, width), ...marks, ...categoryLabels(categories, x, slot),
    ...(xLabel ? [svg("text", { x: (width + BOX.left) / 2, y: HEIGHT - 6, "text-anchor": "middle", class: "axis-label", text: xLabel })] : []),
    ...(yLabel ? [svg("text", { x: 12, y: (HEIGHT - BOX.bottom) / 2, transform: `rotate(-90 12 ${(HEIGHT - BOX.bottom) / 2})`, "text-anchor": "middle", class: "axis-label", text: yLabel })] : []));
}

function grid(ticks, y, width) {
  return ticks.flatMap((tick) => [
    svg("line", { x1: BOX.left, x2: width - BOX.right, y1: y(tick), y2: y(tick), class: tick === 0 ? "axis" : "gridline" }),
    svg("text", { x: BOX.left - 6, y: y(tick) + 4, "text-anchor": "end", class: "tick", text: short(tick) }),
  ]);
}

function categoryLabels(categories, x, slot) {
  const every = Math.ceil(44 / slot);
  const room = Math.max(4, Math.floor((slot * every) / 6.5));
  return categories.map((label, index) => (index % every ? null : svg("text", { x: x(index), y: HEIGHT - BOX.bottom + 16, "text-anchor": "middle", class: "tick", text: label.length > room ? `${label.slice(0, room - 1)}…` : label }))).filter(Boolean);
}

function tip(series, label, value) {
  return svg("title", { text: `${series.name}, ${label}: ${value}` });
}

function bars(data, { x, y, slot }) {
  const width = Math.min(36, (slot * 0.7) / data.series.length);
  return data.series.flatMap((series, index) => data.axis_config.categories.map((label, at) => {
    const value = valueAt(series, label);
    if (value === null) return null;
    const left = x(at) + (index - data.series.length / 2) * width;
    return svg("rect", { x: left + 1, y: Math.min(y(value), y(0)), width: width - 2, height: Math.abs(y(value) - y(0)), rx: 2, fill: COLOURS[index % COLOURS.length] }, tip(series, label, value));
  }).filter(Boolean));
}

function lines(data, { x, y }) {
  return data.series.flatMap((series, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const points = data.axis_config.categories.map((label, at) => [x(at), valueAt(series, label), label]).filter(([, value]) => value !== null);
    const path = points.map(([left, value]) => `${left},${y(value)}`).join(" ");
    const area = data.type === "area" && points.length ? [svg("polygon", { points: `${points[0][0]},${y(0)} ${path} ${points.at(-1)[0]},${y(0)}`, fill: colour, opacity: "0.25" })] : [];
    return [...area, svg("polyline", { points: path, fill: "none", stroke: colour, "stroke-width": 2, "stroke-linejoin": "round" }),
      ...points.map(([left, value, label]) => svg("circle", { cx: left, cy: y(value), r: 3.5, fill: colour }, tip(series, label, value)))];
  });
}

function pie(data) {
  const total = data.segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  let angle = -Math.PI / 2;
  const slices = data.segments.map((segment, index) => {
    const next = angle + (segment.value / total) * Math.PI * 2;
    const path = slicePath(angle, next);
    angle = next;
    return svg("path", { d: path, fill: COLOURS[index % COLOURS.length], stroke: "#fff" }, svg("title", { text: `${segment.label}: ${segment.value} (${Math.round((segment.value / total) * 100)} %)` }));
  });
  return svg("svg", { viewBox: "0 0 200 200", class: "plot pie" }, ...slices);
}

function slicePath(from, to) {
  const point = (angle) => `${100 + 90 * Math.cos(angle)} ${100 + 90 * Math.sin(angle)}`;
  if (to - from > Math.PI * 2 - 0.001) return "M100 10 A90 90 0 1 1 99.99 10 Z";
  return `M100 100 L${point(from)} A90 90 0 ${to - from > Math.PI ? 1 : 0} 1 ${point(to)} Z`;
}
