// Octets in hexadecimal and as text, sixteen or eight a line; some of them marked, some hidden.

import { h } from "/page/dom.js";

const BROAD = 16;
const NARROW = 8;

const digits = (code) => code.toString(16).padStart(2, "0");
const letter = (code) => (code > 31 && code < 127 ? String.fromCharCode(code) : ".");

export class Octets {
  constructor() {
    this.element = h("div", { class: "octets", tabIndex: 0, role: "region", "aria-label": "Octets" });
    this.told = { hex: "", hidden: [] };
    this.marked = null;
  }

  show(told) {
    this.told = told;
    this.marked = null;
    this.draw();
  }

  /** The octets of a part; none without one. */
  mark(part) {
    if (part?.start === this.marked?.start && part?.end === this.marked?.end) return;
    this.marked = part ?? null;
    this.draw();
    this.element.querySelector("mark")?.scrollIntoView({ block: "nearest" });
  }

  draw() {
    const { hex, hidden } = this.told;
    const size = hex.length / 2;
    const broad = this.element.clientWidth > 470 || this.element.clientWidth === 0 ? BROAD : NARROW;
    const gone = new Set(hidden.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)));
    const lines = [];
    for (let start = 0; start < size; start += broad) {
      lines.push(...this.line(start, Math.min(size, start + broad), broad, gone));
    }
    this.element.replaceChildren(...lines);
  }

  line(start, end, broad, gone) {
    const codes = [];
    for (let at = start; at < end; at++) codes.push(parseInt(this.told.hex.substr(2 * at, 2), 16));
    const hexadecimal = this.runs(start, codes, gone, digits, " ", "··");
    const text = this.runs(start, codes, gone, letter, "", "·");
    const fill = " ".repeat(3 * (broad - codes.length) + 2);
    const offset = h("span", { class: "offset" }, start.toString(16).padStart(4, "0"));
    return [offset, "  ", ...hexadecimal, fill, ...text, "\n"];
  }

  /** Neighbours that look the same are one element. */
  runs(start, codes, gone, write, between, instead) {
    const kinds = codes.map((_, i) => {
      const at = start + i;
      const marked = this.marked && at >= this.marked.start && at < this.marked.end;
      return (marked ? "mark" : "") + (gone.has(at) ? "gone" : "");
    });
    const found = [];
    for (let i = 0; i < codes.length;) {
      let end = i + 1;
      while (end < codes.length && kinds[end] === kinds[i]) end++;
      const words = codes.slice(i, end).map(kinds[i].endsWith("gone") ? () => instead : write);
      found.push(this.run(kinds[i], words.join(between)));
      if (end < codes.length && between) found.push(between);
      i = end;
    }
    return found;
  }

  run(kind, words) {
    if (!kind) return words;
    return h(kind.startsWith("mark") ? "mark" : "span", { class: kind.endsWith("gone") ? "gone" : "" }, words);
  }
}
