// Draws the rows that are seen, and no others: a list of twenty thousand costs as much as one of fifty.

import { clock, eachFrame, h, s } from "/page/dom.js";

const HEIGHT = 24;
const SLIM = { row: 40, arrow: 20 }; // where there is no room beside the arrow, its words stand below it
const WORDS = 275; // that the words beside an arrow take at least
const SPARE = 12; // rows above and below, so that nothing is empty while it scrolls
const NARROW = 600;
const CLOSE = 44; // names of lifelines stand upright where these are closer

export class Rows {
  constructor(store, { chosen, moved }) {
    this.store = store;
    this.told = { chosen, moved };
    this.at = -1; // where the keyboard is
    this.selected = null;
    this.follows = true; // the end, until somebody scrolls away from it
    this.drawn = new Map();
    this.head = 30; // of the names, above the rows
    this.height = HEIGHT;
    this.header = h("div", { class: "lifelines", "aria-hidden": "true" });
    this.space = h("div", { class: "space", role: "presentation" });
    this.element = h("div", {
      class: "rows", tabIndex: 0, role: "listbox", "aria-label": "PDUs, the latest last",
      onscroll: () => this.scrolled(), onkeydown: (event) => this.key(event),
      onclick: (event) => this.click(event),
    }, this.header, this.space);
    this.draw = eachFrame(() => this.redraw());
    this.sized = new ResizeObserver(() => this.resized());
    this.sized.observe(this.element);
  }

  close() {
    this.sized.disconnect();
    this.draw.cancel();
  }

  changed() {
    this.stale = true;
    this.draw();
  }

  /** What was chosen stays in sight when there is less room for it. */
  resized() {
    this.moved = true;
    this.changed();
  }

  /** Chooses a row as a click on it does. */
  choose(row) {
    this.at = this.store.shown.indexOf(row);
    this.selected = row.number;
    this.follows = false;
    this.reveal();
    this.told.chosen(row);
    this.changed();
  }

  // Drawing.

  redraw() {
    if (this.stale) this.measure();
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor((scrollTop - this.head) / this.height) - SPARE);
    const last = Math.min(this.store.shown.length, Math.ceil((scrollTop + clientHeight) / this.height) + SPARE);
    for (const [index, element] of this.drawn) {
      if (index < first || index >= last) {
        element.remove();
        this.drawn.delete(index);
      }
    }
    for (let index = first; index < last; index++) {
      if (!this.drawn.has(index)) this.put(index);
    }
    this.mark();
  }

  /** After a change: all that is drawn may be other than before. */
  measure() {
    this.stale = false;
    this.drawn.forEach((element) => element.remove());
    this.drawn.clear();
    const seen = this.element.scrollTop / this.height;
    this.divide(this.store.lifelines, this.element.clientWidth);
    this.space.style.height = `${this.store.shown.length * this.height}px`;
    if (this.follows) this.element.scrollTop = this.element.scrollHeight;
    else if (this.moved && this.at >= 0) this.reveal();
    else this.element.scrollTop = seen * this.height;
    this.moved = false;
  }

  /** The width, among time, lifelines and words. */
  divide(nodes, width) {
    this.narrow = width < NARROW;
    this.shift = this.narrow ? 66 : 98;
    this.slim = width - this.shift - CLOSE * nodes.length < WORDS;
    const left = width - this.shift;
    const room = this.slim ? left - 12 : Math.max(left - WORDS - 120, Math.min(left - WORDS, 80 * nodes.length));
    this.pitch = Math.max(this.slim ? 17 : CLOSE, Math.min(120, room / Math.max(1, nodes.length)));
    const upright = this.pitch < CLOSE;
    this.height = this.slim ? SLIM.row : HEIGHT;
    this.head = upright ? 66 : 30;
    this.element.classList.toggle("slim", this.slim);
    this.element.classList.toggle("upright", upright);
    this.element.style.setProperty("--row", `${this.height}px`);
    this.element.style.setProperty("--shift", `${this.shift}px`);
    this.places = new Map(nodes.map((node, number) => [node, Math.round((number + 0.5) * this.pitch)]));
    this.header.replaceChildren(h("i", {}, this.store.context.times ?? "UTC"), ...nodes.map((node) => this.lifeline(node, upright)));
  }

  lifeline(node, upright) {
    const name = h("span", { title: node }, node);
    name.style.left = `${this.shift + this.places.get(node)}px`;
    if (!upright) name.style.maxWidth = `${this.pitch - 4}px`;
    return name;
  }

  put(index) {
    const row = this.store.shown[index];
    const element = row.group === undefined ? this.arrow(row) : this.group(row);
    element.style.transform = `translateY(${index * this.height}px)`;
    element.dataset.index = index;
    element.id = `row-${index}`;
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", this.store.shown.length);
    this.drawn.set(index, element);
    this.space.append(element);
  }

  arrow(row) {
    const fate = row.fate ? ` (${row.fate})` : "";
    return h("div", {
      class: `row leg-${row.leg.toLowerCase()}${row.failed ? " failed" : ""}`, role: "option",
      "aria-label": `${row.leg} from ${row.from} to ${row.to}: ${row.summary}${fate}${row.failed ? ", failed" : ""}`,
    }, h("time", {}, this.narrow ? clock(row.time).slice(3) : clock(row.time)), this.picture(row),
    h("span", { class: "leg" }, row.leg), h("span", { class: "what", title: row.summary }, row.summary + fate));
  }

  picture(row) {
    const width = Math.round(this.places.size * this.pitch);
    const height = this.slim ? SLIM.arrow : HEIGHT;
    const [start, end, y] = [this.places.get(row.from), this.places.get(row.to), height / 2];
    const drawing = s("svg", { width, height, "aria-hidden": "true" });
    const lines = [...this.places.values()].map((x) => `M${x} 0V${height}`).join("");
    drawing.append(s("path", { class: "life", d: lines }));
    if (start === end) drawing.append(s("circle", { class: "head", cx: start, cy: y, r: 4 }));
    else {
      const back = end > start ? 7 : -7;
      const arrives = !/lost|cut|withheld/.test(row.fate ?? "");
      const tip = arrives ? end : (start + end) / 2;
      drawing.append(s("path", { class: "shaft", d: `M${start} ${y}H${tip - (arrives ? back : 0)}` }));
      drawing.append(arrives ? s("path", { class: "head", d: `M${end} ${y}l${-back} -4v8z` })
        : s("path", { class: "shaft", d: `M${tip - 4} ${y - 4}l8 8m0 -8l-8 8` }));
    }
    return drawing;
  }

  group({ message, rows }) {
    if (!message) {
      const words = `${rows[0].summary}: ${rows.length === 1 ? "one PDU" : `${rows.length} PDUs`}`;
      return h("div", { class: "row group", role: "option" }, h("span", {}, words));
    }
    const kind = { delivered: "good", failed: "bad" }[message.state] ?? "warn";
    return h("div", { class: "row group", role: "option" }, h("b", {}, message.id),
      h("span", {}, `${message.direction} ${message.from} → ${message.to}`),
      h("span", { class: `state ${kind}` }, message.state === "failed" ? message.outcome : message.state),
      h("span", {}, message.cause));
  }

  mark() {
    for (const [index, element] of this.drawn) {
      const row = this.store.shown[index];
      element.classList.toggle("at", index === this.at);
      element.setAttribute("aria-selected", String(row.group === undefined && row.number === this.selected));
    }
    const here = this.drawn.get(this.at);
    if (here) this.element.setAttribute("aria-activedescendant", here.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  // What its user does.

  scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    this.follows = scrollTop + clientHeight >= scrollHeight - this.height;
    this.draw();
  }

  click(event) {
    const index = Number(event.target.closest(".row")?.dataset.index ?? -1);
    const row = this.store.shown[index];
    if (row && row.group === undefined) this.choose(row);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.height) - 2);
    const last = this.store.shown.length - 1;
    const from = this.at < 0 ? last + 1 : this.at;
    const to = {
      ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + page, PageUp: from - page, Home: 0, End: last,
    }[event.key];
    const row = this.store.shown[this.at];
    if (event.key === "Enter" && row?.group === undefined && row) this.choose(row);
    else if (to !== undefined) this.go(Math.max(0, Math.min(last, to)));
    else return;
    event.preventDefault();
  }

  go(index) {
    this.at = index;
    this.follows = index === this.store.shown.length - 1;
    this.reveal();
    const row = this.store.shown[index];
    if (row && row.group === undefined) {
      this.selected = row.number;
      this.told.moved(row);
    }
    this.draw();
  }

  reveal() {
    const top = this.at * this.height;
    const { scrollTop, clientHeight } = this.element;
    const bottom = top + this.height + this.head;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
  }
}
