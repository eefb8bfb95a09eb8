// Elements and links drawn: phones at the left, then their cores, the gateway, and HLR and SM-SC at the right.

import { s } from "/page/dom.js";

const WIDTH = 1000;
const COLUMNS = { phone: 90, core: 330, middle: 570, right: 830 };
const COLUMN_OF = {
  phone: "phone", scscf: "core", msc: "core", sgsn: "core", ipsmgw: "middle", m5s: "middle",
  hlr: "right", smsc: "right", esme: "right", device: "right", application: "right", line: "right", as: "right", gateway: "right",
};
const [BOX_WIDTH, BOX_HEIGHT, MARGIN, STEP, TOP] = [136, 52, 12, 84, 30];
const ROWS = { scscf: 0.08, ipsmgw: 0.08, hlr: 0.08, smsc: 0.5, msc: 0.62, sgsn: 0.96, m5s: 1.3 };
const ALONG = [0.5, 0.36, 0.64, 0.25, 0.75, 0.43, 0.57]; // of a link, where its label may stand
const [LABEL_WIDTH, LABEL_HEIGHT] = [52, 18];
const SIGNS = { up: "", partly: "!", down: "✗", quiet: "", external: "↗" };

export class Picture {
  constructor(choose) {
    this.choose = choose;
    this.element = s("svg", { class: "picture", role: "group", "aria-label": "Elements and links" });
  }

  show(view, chosen) {
    const text = JSON.stringify([view.elements,
      view.links.map((each) => [each.one, each.other, each.state, each.words]), chosen]);
    if (text === this.shown) return;
    this.shown = text;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.name : "";
    const { places, height } = placed(view.elements);
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
    this.labels = []; // places of those that are drawn
    this.names = s("g", { "aria-hidden": "true" }); // above all lines
    this.element.replaceChildren(
      ...view.links.map((link) => this.#link(link, places, chosen)), this.names,
      ...view.elements.map((one) => this.#element(one, places.get(one.name), chosen)));
    this.element.querySelectorAll(".element text").forEach(fit);
    const again = focused && this.element.querySelector(`[data-name="${CSS.escape(focused)}"]`);
    again?.focus?.({ preventScroll: true });
  }

  #link(link, places, chosen) {
    const [from, to] = [places.get(link.one), places.get(link.other)];
    if (!from || !to) return s("g");
    const name = `${link.one}-${link.other}-${link.protocol}`;
    const path = way(from, to);
    const { x, y } = this.#free(from, to);
    const middle = s("text", { class: "protocol", x, y: y - 4 });
    middle.textContent = link.state === "down" ? `✗ ${link.protocol} down` : link.protocol;
    middle.dataset.state = link.state;
    this.names.append(middle);
    return this.#button(s("g", { class: "link", "data-state": link.state },
      s("path", { class: "touch", d: path }), s("path", { class: "line", d: path })),
    name, chosen, `${link.protocol} between ${link.one} and ${link.other}: ${link.words}`);
  }

  /** Where the label of a link hides no other one: in the middle, or nearer to one of its ends. */
  #free(from, to) {
    const near = (one) => this.labels.some((other) => Math.abs(one.x - other.x) < LABEL_WIDTH
      && Math.abs(one.y - other.y) < LABEL_HEIGHT);
    const found = ALONG.map((part) => along(from, to, part));
    const place = found.find((one) => !near(one)) ?? found[0];
    this.labels.push(place);
    return place;
  }

  #element(one, { x, y }, chosen) {
    const group = s("g", { class: "element", "data-state": one.state,
      transform: `translate(${x - BOX_WIDTH / 2} ${y - BOX_HEIGHT / 2})` },
      s("rect", { width: BOX_WIDTH, height: BOX_HEIGHT, rx: one.kind === "phone" ? 16 : 6 }),
      words("name", BOX_WIDTH / 2, 22, `${one.name}${SIGNS[one.state] ? ` ${SIGNS[one.state]}` : ""}`, 17),
      words("what", BOX_WIDTH / 2, 39, short(one), 22));
    return this.#button(group, one.name, chosen, `${one.name}, ${one.what}: ${one.words}`);
  }

  #button(group, name, chosen, label) {
    for (const [key, value] of Object.entries({ role: "button", tabindex: "0", "data-name": name,
      "aria-label": label, "aria-pressed": String(name === chosen) })) {
      group.setAttribute(key, value);
    }
    group.addEventListener("click", () => this.choose(name));
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.choose(name);
    });
    return group;
  }
}

/** Where each is: a column by its kind. SS7 nodes of CS and PS stand below the gateway,
  so that no link runs through it. */
function placed(elements) {
  const columns = Object.groupBy(elements, (one) => COLUMN_OF[one.kind] ?? "right");
  const most = Math.max(...Object.values(columns).map((column) => column.length), 4);
  const height = most * STEP + 2 * TOP;
  const places = new Map();
  for (const [name, column] of Object.entries(columns)) {
    const fixed = name === "phone" ? [] : column.filter((one) => one.kind in ROWS);
    fixed.forEach((one) => places.set(one.name,
      { x: COLUMNS[name], y: TOP + ROWS[one.kind] * (4 * STEP - TOP) }));
    const rest = column.filter((one) => !fixed.includes(one));
    const first = fixed.length ? TOP + 3.6 * STEP : (height - STEP * (rest.length - 1)) / 2;
    rest.forEach((one, at) => places.set(one.name, { x: COLUMNS[name], y: first + at * STEP }));
  }
  const lowest = Math.max(...[...places.values()].map((each) => each.y));
  return { places, height: Math.max(height - TOP, lowest + BOX_HEIGHT / 2 + TOP) };
}

/** From side to side; within a column by a bow, so that it goes through nobody. */
function way(from, to) {
  if (from.x === to.x) {
    const bow = (from.x > WIDTH / 2 ? 1 : -1) * (BOX_WIDTH / 2 + 36);
    const side = (from.x > WIDTH / 2 ? 1 : -1) * BOX_WIDTH / 2;
    const [near, far] = [from.x + side, from.x + bow];
    return `M${near} ${from.y}C${far} ${from.y} ${far} ${to.y} ${near} ${to.y}`;
  }
  const [a, b] = from.x < to.x ? [from, to] : [to, from];
  const [x1, x2] = [a.x + BOX_WIDTH / 2, b.x - BOX_WIDTH / 2];
  const pull = (x2 - x1) / 2;
  return `M${x1} ${a.y}C${x1 + pull} ${a.y} ${x2 - pull} ${b.y} ${x2} ${b.y}`;
}

/** A point of that way. */
function along(from, to, part) {
  const rest = 1 - part;
  const level = (one, other) => one + (other - one) * part * part * (3 - 2 * part);
  if (from.x === to.x) {
    const bow = BOX_WIDTH / 2 + 108 * part * rest + 3;
    return { x: from.x + (from.x > WIDTH / 2 ? bow : -bow), y: level(from.y, to.y) };
  }
  const [a, b] = from.x < to.x ? [from, to] : [to, from];
  const [x1, x2] = [a.x + BOX_WIDTH / 2, b.x - BOX_WIDTH / 2];
  const pulled = 3 * part * rest * (x1 + x2) / 2;
  return { x: rest ** 3 * x1 + pulled + part ** 3 * x2, y: level(a.y, b.y) };
}

function words(kind, x, y, text, most) {
  const made = s("text", { class: kind, x, y });
  made.textContent = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return made;
}

/** What is broader than its box stands closer. */
function fit(text) {
  if (text.getComputedTextLength() <= BOX_WIDTH - MARGIN) return;
  text.setAttribute("textLength", BOX_WIDTH - MARGIN);
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

function short(one) {
  if (one.kind === "phone") return one.words.replace(`${one.name} is `, "");
  if (one.state === "partly") return "partly connected";
  if (one.state === "down" || one.state === "external") return { down: "down",
    external: "somebody else's" }[one.state];
  return one.what.replace(" with SMS-GMSC and SMS-IWMSC", "");
}
