// Charging records of the gateway: what each message has come to, and what is still under way.

import { clock, h } from "/page/dom.js";
import { empty } from "/lab/parts.js";

const COLUMNS = ["record", "received, UTC", "who", "other", "service centre", "outcome", "tried in", "octets"];
const KINDS = { ISMSMO: "MO", ISMSMT: "MT" };

export class Records {
  constructor(panel, context) {
    this.context = context;
    this.note = h("p", { class: "dim", role: "status" });
    this.rows = h("tbody");
    this.table = h("div", { class: "scrolls", tabIndex: 0, role: "region", "aria-label": "Charging records" },
      h("table", { class: "grid" },
        h("thead", {}, h("tr", {}, COLUMNS.map((each) => h("th", { scope: "col" }, each)))), this.rows));
    panel.append(this.note, this.table);
    this.ends = [context.events.on("records", (view) => this.#show(view))];
    context.api("/api/records").then((view) => this.#show(view), (fault) => context.say(fault.message));
  }

  end() {
    this.ends.forEach((end) => end());
  }

  #show({ own, written, records }) {
    this.table.hidden = !own;
    this.note.textContent = own ? `${written} records on the gateway's disk; the last ${records.length} are shown.`
      : "The gateway is somebody else's: what it records nobody sees here.";
    this.rows.replaceChildren(...(records.length ? records.map((each) => this.#row(each)) : [
      h("tr", {}, h("td", { colSpan: COLUMNS.length }, empty("Nothing yet: send a message from a phone.")))]));
  }

  #row(one) {
    return h("tr", {},
      h("td", {}, `${KINDS[one.record] ?? one.record} `,
        h("a", { class: "mono", href: this.context.link("Explain", { id: one.id }) }, one.id)),
      h("td", {}, clock(one.received)),
      h("td", {}, one.name, h("div", { class: "mono dim" }, one.msisdn || one.imsi)),
      h("td", { class: "mono" }, one.other || "–"), h("td", { class: "mono" }, one.serviceCentre || "–"),
      h("td", { class: "words" }, one.waits ? h("span", { class: "yes" }, `waits for: ${one.waits}`)
        : h("span", { class: one.outcome === "delivered" ? "good" : "bad" }, one.outcome)),
      h("td", { class: "words" }, one.tries.length
        ? one.tries.map((each) => h("div", {}, `${each.domain.toUpperCase()}: ${each.outcome}`)) : "–"),
      h("td", { class: "number" }, String(one.size)));
  }
}
