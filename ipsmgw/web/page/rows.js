// Draws the rows that are seen, and no others: a list of twenty thousand costs as much as one of fifty.

import { clock, eachFrame, h, s } from "/page/dom.js";

const HEIGHT = 24;
const SPARE = 12; // rows above and below, so that nothing is empty while it scrolls
const NARROW = 600;

export class Rows {
  constructor(store, { chosen, moved }) {
    this.store = store;
    this.told = { chosen, moved };
    this.at = -1; // where the keyboard is
    this.selected = null;
    this.follows = true; // the end, until somebody scrolls away from it
    this.drawn = new Map();
    this.head = 30; // of the names, above the rows
    this.header = h("div", { class: "lifelines", "aria-hidden": "true" });
    this.space = h("div", { class: "space", role: "presentation" });
    this.element = h("div", {
      class: "rows", tabIndex: 0, role: "listbox", "aria-label": "PDUs, the latest last",
      onscroll: () => this.scrolled(), onkeydown: (event) => this.key(event),
      onclick: (event) => this.click(event),
    }, this.header, this.space);
    this.draw = eachFrame(() => this.redraw());
    this.sized = new ResizeObserver(() => this.changed());
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
    const first = Math.max(0, Math.floor((scrollTop - this.head) / HEIGHT) - SPARE);
    const last = Math.min(this.store.shown.length, Math.ceil((scrollTop + clientHeight) / HEIGHT) + SPARE);
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
    const { shown, nodes } = this.store;
    this.space.style.height = `${shown.length * HEIGHT}px`;
    this.drawn.forEach((element) => element.remove());
    this.drawn.clear();
    const narrow = this.element.clientWidth < NARROW;
    this.element.classList.toggle("slim", narrow);
    this.head = narrow ? 66 : 30;
    const room = this.element.clientWidth - (narrow ? 66 + 170 : 98 + 52 + 300);
    this.pitch = Math.max(narrow ? 19 : 44, Math.min(120, room / Math.max(1, nodes.length)));
    this.shift = narrow ? 66 : 98;
    this.places = new Map(nodes.map((node, number) => [node, Math.round((number + 0.5) * this.pitch)]));
    this.header.replaceChildren(h("i", {}, "UTC"), ...nodes.map((node) => {
      const name = h("span", { title: node }, node);
      name.style.left = `${this.shift + this.places.get(node)}px`;
      if (!narrow) name.style.maxWidth = `${this.pitch - 4}px`;
      return name;
    }));
    if (this.follows) this.element.scrollTop = this.element.scrollHeight;
  }

  put(index) {
    const row = this.store.shown[index];
    const element = row.group === undefined ? this.arrow(row) : this.group(row);
    element.style.transform = `translateY(${index * HEIGHT}px)`;
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
    }, h("time", {}, this.pitch < 44 ? clock(row.time).slice(3) : clock(row.time)), this.picture(row),
    h("span", { class: "leg" }, row.leg), h("span", { class: "what", title: row.summary }, row.summary + fate));
  }

  picture(row) {
    const width = Math.round(this.places.size * this.pitch);
    const [start, end, y] = [this.places.get(row.from), this.places.get(row.to), HEIGHT / 2];
    const drawing = s("svg", { width, height: HEIGHT, "aria-hidden": "true" });
    const lines = [...this.places.values()].map((x) => `M${x} 0V${HEIGHT}`).join("");
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
    this.follows = scrollTop + clientHeight >= scrollHeight - HEIGHT;
    this.draw();
  }

  click(event) {
    const index = Number(event.target.closest(".row")?.dataset.index ?? -1);
    const row = this.store.shown[index];
    if (row && row.group === undefined) this.choose(row);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / HEIGHT) - 2);
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
    const top = this.at * HEIGHT;
    const { scrollTop, clientHeight } = this.element;
    const bottom = top + HEIGHT + this.head;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
  }
}
