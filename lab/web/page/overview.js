// The picture of the network, what is chosen in it, and what one may do to that.

import { h } from "/page/dom.js";
import { act, empty } from "/lab/parts.js";
import { Picture } from "/lab/picture.js";

const LEGS = { M3UA: "MAP" };
const WORDS = { up: "up", partly: "partly up", down: "down", quiet: "quiet", external: "somebody else's" };

export class Overview {
  #view = null;
  #chosen = "";
  constructor(panel, context, parameters) {
    this.context = context;
    this.#chosen = parameters.at ?? "";
    this.picture = new Picture((name) => this.#choose(name));
    this.summary = h("p", { class: "dim", role: "status" });
    this.details = h("section", { class: "details", "aria-label": "What is chosen" });
    this.list = h("tbody");
    panel.append(this.summary, h("div", { class: "overview" },
      h("div", { class: "map", tabIndex: 0, role: "region", "aria-label": "Picture of the network" },
        this.picture.element),
      this.details), this.#table());
    panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#chosen && this.#choose(""));
    this.ends = [context.events.on("network", (view) => this.#show(view))];
    context.api("/api/network").then((view) => this.#show(view), (fault) => context.say(fault.message));
  }

  end() {
    this.ends.forEach((end) => end());
  }

  #table() {
    return h("details", { class: "all" }, h("summary", {}, "All links as a table"),
      h("div", { class: "scrolls" }, h("table", { class: "grid" },
        h("thead", {}, h("tr", {}, ["between", "and", "by", "state", "PDUs there",
          "and back"].map((each) => h("th", { scope: "col" }, each)))),
        this.list)));
  }

  #choose(name) {
    this.#chosen = this.#chosen === name ? "" : name;
    this.context.keep({ at: this.#chosen });
    this.#show(this.#view);
  }

  #show(view) {
    if (!view) return;
    this.#view = view;
    const down = view.links.filter((link) => link.state === "down").length;
    this.summary.textContent = `${view.elements.length} elements, ${view.links.length} links, ` +
      (down ? `${down} of them down` : "none of them down") +
      (view.morePhones ? `; ${view.morePhones} more phones are not drawn` : "");
    this.picture.show(view, this.#chosen);
    this.#reveal();
    this.list.replaceChildren(...view.links.map((link) => h("tr", {},
      h("td", {}, link.one), h("td", {}, link.other), h("td", {}, link.protocol),
        h("td", { class: "words" }, chip(link)),
      h("td", { class: "number" }, String(link.sent)), h("td", { class: "number" }, String(link.received)))));
    this.#detail();
  }

  /** What is chosen is in sight, also where the picture is broader than the page. */
  #reveal() {
    if (this.revealed === this.#chosen) return;
    this.revealed = this.#chosen;
    this.picture.element.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  #detail() {
    const text = JSON.stringify([this.#chosen, this.#view.elements, this.#view.links]);
    if (text === this.told) return;
    this.told = text;
    const focused = this.details.contains(document.activeElement) ? document.activeElement.textContent : "";
    const element = this.#view.elements.find((each) => each.name === this.#chosen);
    const link = this.#view.links.find((each) => nameOf(each) === this.#chosen);
    this.details.replaceChildren(...(element ? this.#element(element) : link ? this.#link(link) : [
      empty("Choose an element or a link in the picture to see how it stands, and to break it.")]));
    const buttons = [...this.details.querySelectorAll("button")];
    if (focused) buttons.find((each) => each.textContent === focused)?.focus();
  }

  #element(one) {
    const own = this.#view.links.filter((link) => link.one === one.name || link.other === one.name);
    return [
      h("h3", {}, one.name), h("p", { class: "dim" }, one.what), h("p", {}, chip(one)),
      facts([["identity", one.identity], ["under way", one.openWork ? `${one.openWork} exchanges` : ""],
        ...one.addresses.map((each) => ["listens at", each])]),
      one.state === "external" ? "" : this.#deeds([
        ["Restart (3 s)", `${one.name} restart 3 s`],
        ...(one.kind === "phone" ? [["Out of coverage (20 s)", `${one.name} off 20 s`]] : []),
      ]),
      h("h4", {}, "Links"),
      h("ul", { class: "links" }, own.map((link) => h("li", {},
        h("button", { type: "button", class: "plain", onclick: () => this.#choose(nameOf(link)) },
          `${link.one} – ${link.other}`), " ", chip(link)))),
      this.#ladder(one.kind === "phone" ? { subscriber: one.identity.replace(/^sip:\+?|@.*$/g, "") } : {}),
    ];
  }

  #link(one) {
    const way = `${one.one}->${one.other}`;
    const cut = one.protocol === "M3UA" || one.protocol === "SMPP";
    return [
      h("h3", {}, `${one.one} – ${one.other}`), h("p", { class: "dim" }, one.protocol),
      h("p", {}, chip(one)),
      facts([[`${one.one} has sent`, `${one.sent} PDUs`], [`${one.other} has sent`, `${one.received} PDUs`]]),
      this.#deeds([
        ...(cut ? [["Cut", `${way} cut`], ["Refuse (30 s)", `${way} refuse 30 s`]] : []),
        ["Silence", `${way} * silence`, `${one.other}->${one.one} * silence`],
          ["Lose 10 %", `${way} * 10% silence`],
      ]),
      this.#ladder({ leg: LEGS[one.protocol] ?? one.protocol }),
    ];
  }

  #ladder(filters) {
    return h("p", { class: "ways" }, h("a", { href: this.context.link("Ladder", filters) },
      "See the ladder"),
      h("button", { type: "button", class: "plain",
        onclick: () => this.context.choose("faults", { at: "" }) }, "See all faults"));
  }

  #deeds(deeds) {
    return h("div", { class: "deeds", role: "group", "aria-label": "Faults" },
      deeds.map(([words, ...rules]) => {
      const button = h("button", { type: "button", class: "deed", title: rules.join("; ") }, words);
      button.addEventListener("click", () => act(this.context, button, async () => {
        for (const rule of rules) await this.context.api("/api/faults", { method: "POST", body: { rule } });
      }));
      return button;
    }));
  }
}

/** How links are called where one is chosen. */
export function nameOf(link) {
  return `${link.one}-${link.other}-${link.protocol}`;
}

/** A state by its colour and its words. */
export function chip(one) {
  return h("span", { class: "chip", data: { state: one.state } }, `${WORDS[one.state]}: ${one.words}`);
}

function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value).flatMap(([name, value]) => [
    h("dt", {}, name), h("dd", { class: "mono" }, value)]));
}
