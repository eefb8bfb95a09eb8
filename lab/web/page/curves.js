// Curves over time, drawn as they grow: a frame with a scale, a line for each, and its name where it ends.

import { h, s } from "/page/dom.js";

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [190, 44, 92, 12, 24];
const CLOSEST = 13;

export class Curves {
  /** `names`: of members of a point, with words; or `of` a point gives them. */
  constructor(title, names, scale, of = null) {
    Object.assign(this, { names, scale, of });
    this.plot = s("svg", { role: "img", "aria-label": title });
    this.words = h("figcaption", {}, title);
    this.element = h("figure", { class: "curve" }, this.words, this.plot);
    this.drawn = [[], 1];
    this.sized = new ResizeObserver(() => this.draw(...this.drawn));
    this.sized.observe(this.element);
  }

  /** In pixels of the screen, so that its words have their size however wide it is. */
  draw(points, span) {
    this.drawn = [points, span];
    const width = Math.max(260, this.plot.clientWidth);
    this.plot.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const curves = this.#curves(points);
    const most = Math.max(...curves.flatMap(({ places }) => places.map(([, value]) => value)), 0);
    const top = roundUp(most || 1);
    const last = Math.max(span, ...points.map((each) => each.at));
    const x = (at) => LEFT + (at / last) * (width - LEFT - RIGHT);
    const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
    const latest = curves.filter(({ places }) => places.length).map((each) => ({ ...each,
      value: each.places.at(-1)[1] }));
    this.plot.setAttribute("aria-label",
      `${this.words.textContent}: ${latest.map((each) => `${each.words} ${figure(each.value)}`).join(", ")}`);
    this.plot.replaceChildren(...frame(top, last, x, y, width - RIGHT), ...curves.map((each) => line(each, x, y)),
      ...labels(latest, x, y));
  }

  #curves(points) {
    const names = this.of
      ? [...new Set(points.flatMap((each) => Object.keys(this.of(each))))].map((each) => [each, each])
      : this.names;
    return names.map(([name, words], at) => ({
      words, number: at,
      places: points.flatMap((each) => {
        const value = (this.of ? this.of(each) : each)[name];
        return value === null || value === undefined ? [] : [[each.at, this.scale(value)]];
      }),
    }));
  }
}

function line({ places, number }, x, y) {
  return s("polyline", { class: `line of${number}`,
    points: places.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ") });
}

/** Names at the ends of their lines, moved apart where they would lie on each other. */
function labels(latest, x, y) {
  const placed = latest.map((each) => ({ ...each, at: x(each.places.at(-1)[0]) + 6, y: y(each.value) +
    4 })).sort((one, other) => other.y - one.y);
  placed.forEach((each, number) => {
    if (number) each.y = Math.min(each.y, placed[number - 1].y - CLOSEST);
  });
  return placed.map((each) => text(each.at, each.y, `${each.words} ${figure(each.value)}`,
    `label of${each.number}`));
}

function frame(top, last, x, y, right) {
  const made = [];
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    made.push(s("path", { class: "grid-line", d: `M${LEFT} ${y(top * part)}H${right}` }));
    made.push(text(LEFT - 8, y(top * part) + 4, figure(top * part), "tick end"));
  }
  for (const part of [0, 0.5, 1]) made.push(text(x(last * part), HEIGHT - 6, `${figure(last * part)} s`,
    "tick middle"));
  return made;
}

function text(x, y, words, kind) {
  const made = s("text", { x: x.toFixed(1), y: y.toFixed(1), class: kind });
  made.textContent = words;
  return made;
}

function roundUp(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].find((step) => step * unit >= value) * unit;
}

function figure(value) {
  if (value >= 1000) return value.toLocaleString("en", { maximumFractionDigits: 0 });
  return value === 0 ? "0" : value < 10 ? value.toPrecision(2).replace(/\.?0+$/, "") : value.toFixed(0);
}
