// Two minutes of load and memory as small charts, a row a GPU.

import { ApiFailure, call } from "./api.js";
import { byId, element, setText } from "./dom.js";

const SECONDS = 120;
const HEIGHT = 36;
const SVG = "http://www.w3.org/2000/svg";

const root = byId("history");
let points = []; // { at: milliseconds, pairs: [[load, memory], …] }, oldest first
let charts = [];
let asked = false;

// Draws the past from the server, then goes on with each state.
export async function showHistory(state) {
  if (asked) return;
  asked = true;
  try {
    const { ages, rows } = await call("/api/page/history");
    const now = performance.now();
    points = ages.map((age, index) => ({
      at: now - 1000 * age,
      pairs: rows.map(({ load, memory }) => [load[index], memory[index]]),
    }));
    charts = rows.map(({ name }, index) => new Chart(name, index));
    root.replaceChildren(...charts.map((chart) => chart.root));
    add(state);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    asked = false;
  }
}

// The charts are asked for anew when they are shown again: nobody counts while nobody looks.
export function forgetHistory() {
  asked = false;
}

export function add({ meters }) {
  if (!asked || charts.length === 0) return;
  if (meters.length > 1 && meters.length !== 2 * charts.length) return void forgetHistory();
  const now = performance.now();
  if (points.length === 0 || now - points.at(-1).at > 900) {
    const known = meters.length > 1;
    const pair = (index) => [0, 1].map((half) => (known ? meters[2 * index + half].percent : null));
    points.push({ at: now, pairs: charts.map((_, index) => pair(index)) });
  }
  points = points.filter(({ at }) => now - at <= 1000 * SECONDS);
  charts.forEach((chart, index) => chart.show(meters.slice(2 * index, 2 * index + 2)));
}

class Chart {
  constructor(name, row) {
    this.row = row;
    this.picked = null; // the point whose values are shown, or null for the newest
    this.values = element("span", { className: "value" });
    this.svg = shape("svg", { viewBox: `0 0 ${SECONDS} ${HEIGHT}`, preserveAspectRatio: "none" });
    const attributes = { role: "slider", tabindex: 0, "aria-label": `${name}, the last two minutes` };
    for (const [key, value] of Object.entries(attributes)) this.svg.setAttribute(key, value);
    this.svg.setAttribute("aria-valuemin", -SECONDS);
    this.svg.setAttribute("aria-valuemax", 0);
    this.parts = ["area", "edge", "line", "cursor"].map((part) => shape("path", { class: part }));
    this.svg.append(...this.parts);
    const head = element("p", { className: "head" }, element("span", { className: "name", title: name }, name), this.values);
    this.root = element("div", { className: "chart" }, head, this.svg);
    this.svg.addEventListener("pointermove", (event) => this.#point(event));
    this.svg.addEventListener("pointerleave", () => this.#pick(null));
    this.svg.addEventListener("blur", () => this.#pick(null));
    this.svg.addEventListener("keydown", (event) => this.#key(event));
  }

  show(meters) {
    this.names = meters.length > 1 ? meters.map(({ name }) => name) : ["Load", "Memory"];
    const [area, edge, line] = this.parts;
    area.setAttribute("d", this.#path(1, true));
    edge.setAttribute("d", this.#path(1, false));
    line.setAttribute("d", this.#path(0, false));
    if (!points.includes(this.picked)) this.picked = null;
    this.#tell();
  }

  // Where a value is not known the path has a gap.
  #path(half, filled) {
    const runs = [[]];
    for (const point of points) {
      const value = point.pairs[this.row][half];
      if (value === null) runs.push([]);
      else runs.at(-1).push([this.#x(point), HEIGHT - 1 - (Math.min(value, 100) / 100) * (HEIGHT - 2)]);
    }
    return runs.filter((run) => run.length).map((run) => {
      const steps = run.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L");
      if (!filled) return `M${steps}h.01`;
      return `M${run[0][0].toFixed(2)} ${HEIGHT}L${steps}L${run.at(-1)[0].toFixed(2)} ${HEIGHT}Z`;
    }).join("");
  }

  #x({ at }) {
    return SECONDS - (performance.now() - at) / 1000;
  }

  #point(event) {
    const { left, width } = this.svg.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * SECONDS;
    const distance = (point) => Math.abs(this.#x(point) - x);
    this.#pick(points.reduce((best, point) => (distance(point) < distance(best) ? point : best), points[0]));
  }

  #key(event) {
    const last = points.length - 1;
    const from = this.picked ? points.indexOf(this.picked) : last;
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.#pick(points[Math.max(0, Math.min(last, to))]);
  }

  #pick(point) {
    this.picked = point ?? null;
    this.#tell();
  }

  #tell() {
    const point = this.picked ?? points.at(-1);
    if (!point) return;
    const values = point.pairs[this.row].map((value, half) =>
      `${this.names[half]} ${value === null ? "–" : `${Math.round(value)} %`}`);
    const age = Math.round((performance.now() - point.at) / 1000);
    const text = [...(this.picked ? [`${age} s ago`] : []), ...values].join(" · ");
    setText(this.values, text);
    this.svg.setAttribute("aria-valuenow", -age);
    this.svg.setAttribute("aria-valuetext", text);
    this.parts[3].setAttribute("d", this.picked ? `M${this.#x(point).toFixed(2)} 0V${HEIGHT}` : "");
  }
}

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
