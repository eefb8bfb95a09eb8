// One PDU: its tree beside its octets; the octets of the part under the cursor are marked.

import { clock, h } from "/page/dom.js";
import { Octets } from "/page/octets.js";
import { Tree } from "/page/tree.js";

export class Decode {
  constructor(context, close) {
    this.context = context;
    this.opened = false;
    this.number = undefined;
    this.title = h("h2", {});
    this.more = h("p", { class: "dim mono" });
    this.octets = new Octets();
    this.tree = new Tree((node) => this.octets.mark(node));
    this.element = h("section", { class: "detail", "aria-label": "The PDU that is chosen", hidden: true },
      h("header", {}, this.title, this.more,
        h("button", { type: "button", class: "quiet", title: "Close (Escape)", onclick: close }, "✕")),
      h("div", { class: "parts" }, this.tree.element, this.octets.element));
  }

  async show(row) {
    this.opened = true;
    this.number = row.number;
    this.element.hidden = false;
    this.title.textContent = row.summary;
    this.more.textContent = `${row.from} → ${row.to}  ${clock(row.time)}`;
    try {
      const told = await this.context.api(`/api/pdus/${row.number}`);
      if (this.number !== row.number) return; // another one was chosen meanwhile
      this.octets.show(told);
      this.tree.show(told.tree);
    } catch (fault) {
      this.octets.show({ hex: "", hidden: [] });
      this.tree.show({ name: "octets", value: fault.message, start: 0, end: 0, children: [] });
    }
  }

  hide() {
    this.opened = false;
    this.number = undefined;
    this.element.hidden = true;
  }
}
