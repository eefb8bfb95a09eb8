// What the HLR holds: where each subscriber is, the flags, and who waits for him.

import { h } from "/page/dom.js";
import { empty } from "/lab/parts.js";

const FLAGS = [
  ["unri", "UNRI", "UE not reachable for IP (TS 23.204 §6.6)"],
    ["mnrf", "MNRF", "mobile station not reachable: MSC"],
  ["mnrg", "MNRG", "mobile station not reachable: SGSN"], ["mcef", "MCEF", "memory capacity exceeded"],
];

export class Hlr {
  constructor(panel, context) {
    this.rows = h("tbody");
    this.note = h("p", { class: "dim" });
    this.table = h("div", { class: "scrolls", tabIndex: 0, role: "region",
      "aria-label": "Subscribers in the HLR" }, h("table", { class: "grid" },
      h("thead", {}, h("tr", {}, [
        h("th", { scope: "col" }, "subscriber"), h("th", { scope: "col" }, "IP connected"),
          h("th", { scope: "col" }, "MSC"), h("th", { scope: "col" }, "SGSN"),
        ...FLAGS.map(([, name, title]) => h("th", { scope: "col", title }, name)),
        h("th", { scope: "col" }, "absent, because"), h("th", { scope: "col" }, "waiting list")])),
      this.rows));
    panel.append(this.note, this.table);
    this.ends = [context.events.on("hlr", (view) => this.#show(view))];
    context.api("/api/hlr").then((view) => this.#show(view), (fault) => context.say(fault.message));
  }

  end() {
    this.ends.forEach((end) => end());
  }

  #show({ own, total, rows }) {
    this.table.hidden = !own;
    this.note.textContent = !own ? "The HLR is somebody else's: what it holds nobody sees here." :
      rows.length < total ? `The first ${rows.length} of ${total} subscribers.` : `${total} subscribers.`;
    this.rows.replaceChildren(...(rows.length ? rows.map(row)
      : [h("tr", {}, h("td", { colSpan: 10 }, empty("No subscriber.")))]));
  }
}

function row(one) {
  return h("tr", {},
    h("th", { scope: "row" }, one.name || one.msisdn, h("div", { class: "mono dim" }, `+${one.msisdn}`),
      h("div", { class: "mono dim" }, one.imsi)),
    h("td", {}, one.gateway ? h("span", {}, "yes, at ", h("span", { class: "mono" }, `+${one.gateway}`))
      : h("span", { class: "no" }, "no")),
    h("td", { class: "mono" }, one.msc ? `+${one.msc}` : "–"),
      h("td", { class: "mono" }, one.sgsn ? `+${one.sgsn}` : "–"),
    ...FLAGS.map(([key]) => h("td", { class: one[key] ? "yes" : "no" }, one[key] ? "set" : "–")),
    h("td", { class: "words" }, Object.keys(one.absent).length
      ? Object.entries(one.absent).map(([domain, why]) => h("div", {}, `${domain.toUpperCase()}: ${why}`)) : "–"),
    h("td", { class: "mono" }, one.waiting.length ? one.waiting.map((each) => h("div", {}, `+${each}`))
      : "–"));
}
