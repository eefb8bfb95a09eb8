// Why a message was not delivered: one cause as RP, MAP, SIP and CDR have it.

import { h } from "/page/dom.js";
import { settled } from "/page/dom.js";

const COLUMNS = ["what it says", "RP cause", "MAP error", "SIP status", "answers that mean it", "CDR"];

export class Causes {
  constructor(panel, context, parameters) {
    this.context = context;
    this.words = h("input", { type: "search", placeholder: "Find a cause: full, 38, 480 …",
      "aria-label": "Find a cause", value: parameters.words ?? "" });
    this.words.addEventListener("input", settled(() => {
      context.keep({ part: "causes", words: this.words.value });
      this.#draw();
    }, 100));
    this.rows = h("tbody");
    panel.append(h("div", { class: "finder" }, this.words),
      h("div", { class: "scrolls", tabIndex: 0, role: "region", "aria-label": "Causes" },
      h("table", { class: "grid" }, h("thead", {},
        h("tr", {}, COLUMNS.map((each) => h("th", { scope: "col" }, each)))), this.rows)));
    this.all = [];
    context.api("/api/causes").then(({ causes }) => {
      this.all = causes;
      this.#draw();
    }, (fault) => context.say(fault.message));
  }

  end() {}

  #draw() {
    const wanted = this.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (one) => [one.sentence, one.name, one.rpCause, one.mapError, one.sipStatus, ...one.answers, one.cdr]
      .join(" ").toLowerCase();
    const found = this.all.filter((one) => wanted.every((word) => text(one).includes(word)));
    this.rows.replaceChildren(...found.map((one) => h("tr", {},
      h("td", { class: "words" }, one.sentence), h("td", { class: "number" }, String(one.rpCause)),
        h("td", { class: "number" }, String(one.mapError)),
      h("td", { class: "number" }, String(one.sipStatus)), h("td", {}, one.answers.join(", ") || "–"),
        h("td", { class: "mono" }, one.cdr))));
  }
}
