// What the SM-SC holds and has done; what waits can be tried now, or deleted.

import { clock, h } from "/page/dom.js";
import { act, empty } from "/lab/parts.js";

const COLUMNS = ["no.", "from", "to", "text", "state", "attempts, UTC", ""];

export class Centre {
  constructor(panel, context) {
    this.context = context;
    this.note = h("p", { class: "dim", role: "status" });
    this.rows = h("tbody");
    this.table = h("div", { class: "scrolls", tabIndex: 0, role: "region",
      "aria-label": "Messages in the SM-SC" }, h("table", { class: "grid" },
      h("thead", {}, h("tr", {}, COLUMNS.map((each) => h("th", { scope: "col" }, each
        || h("span", { class: "unseen" }, "orders"))))), this.rows));
    panel.append(this.note, this.table);
    this.ends = [context.events.on("centre", (view) => this.#show(view))];
    context.api("/api/centre").then((view) => this.#show(view), (fault) => context.say(fault.message));
  }

  end() {
    this.ends.forEach((end) => end());
  }

  #show({ own, held, total, messages }) {
    this.table.hidden = !own;
    this.note.textContent = !own ? "The SM-SC is somebody else's: what it holds nobody sees here." :
      `${held} waiting, ${total} in all` +
      (total > messages.length ? `; the last ${messages.length} are shown.` : ".");
    this.rows.replaceChildren(...(messages.length ? messages.map((each) => this.#row(each)) : [
      h("tr", {}, h("td", { colSpan: COLUMNS.length },
        empty("Nothing yet: send a message from a phone.")))]));
  }

  #row(one) {
    return h("tr", {}, h("td", { class: "number" }, String(one.id)),
      h("td", { class: "mono" }, one.sender || "–"),
      h("td", {}, one.name || "", h("div", { class: "mono dim" }, `+${one.to}`)),
      h("td", { class: "words" }, one.text),
      h("td", { class: "words" }, one.held ? h("b", {}, one.state) : one.state,
        h("div", { class: "dim" }, one.state === one.outcome ? "" : one.outcome),
        one.next ? h("div", { class: "dim" }, `again at ${clock(one.next).slice(0, 8)}`) : ""),
      h("td", { class: "words" }, one.attempts.map((each) => h("div", {},
        `${clock(each.start)} ${each.nodes.join(", ") || "HLR"}: `,
          h("span", { class: "dim" }, each.outcome)))),
      h("td", {}, one.held ? this.#orders(one) : ""));
  }

  #orders(one) {
    const make = (words, method) => {
      const button = h("button", { type: "button", class: "deed" }, words);
      button.setAttribute("aria-label", `${words}: message ${one.id}`);
      button.addEventListener("click", () => act(this.context, button, async () =>
        this.#show(await this.context.api(`/api/centre/${one.id}`, { method, body: {} }))));
      return button;
    };
    return h("div", { class: "deeds" }, make("Try now", "POST"), make("Delete", "DELETE"));
  }
}
