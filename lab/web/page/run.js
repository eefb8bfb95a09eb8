// One run: its verdict, what came true and when, what broke and what was there instead, and its ladder.

import { h } from "/page/dom.js";
import { act } from "/lab/parts.js";

const OVER = ["passed", "failed", "skipped", "stopped", "lost"];

export class RunDetails {
  #id = 0;
  #told = "";
  #ladder = null;
  constructor(context) {
    this.context = context;
    this.element = h("article", { class: "details", hidden: true });
  }

  async choose(id) {
    if (id !== this.#id) this.#close();
    this.#id = id;
    await this.#look();
  }

  /** A line of the list is other than it was. */
  async changed(row) {
    const text = JSON.stringify(row);
    if (text === this.#told) return;
    this.#told = text;
    await this.#look();
  }

  end() {
    this.#close();
  }

  #close() {
    this.#ladder?.();
    this.#ladder = null;
  }

  async #look() {
    const id = this.#id;
    try {
      const run = await this.context.api(`/api/runs/${id}`);
      if (id === this.#id && !this.#ladder) this.#show(run);
    } catch (fault) {
      this.element.hidden = true;
      this.context.say(fault.message);
    }
  }

  #show(run) {
    const { result, wanted } = run;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.textContent : "";
    this.element.hidden = false;
    this.element.dataset.verdict = run.state;
    this.element.replaceChildren(
      h("header", {}, h("h3", { class: "mono" }, wanted.scenario),
        h("p", { class: "verdict" }, verdict(run))),
      h("p", {}, run.what), h("p", { class: "dim" },
        [run.clause, `seed ${wanted.seed}`, ...(wanted.faults === "all" ? ["all faults"] : []),
          ...(wanted.quirks === "none" ? [] : [wanted.quirks])].join(" · ")),
      ...wanted.rules.map((rule) => h("p", {}, "rule: ", h("code", {}, rule))),
      ...broken(run), this.#ways(run),
      h("ol", { class: "seen" }, run.came.map((each) => line(each.time, each.sentence, "✓"))),
      result?.brokenAt === null || !result ? ""
        : h("ol", { class: "seen" }, line(result.brokenAt, result.broken, "✗")),
      result ? figures(result) : "");
    if (focused) [...this.element.querySelectorAll("button")].find((each) => each.textContent === focused)?.focus();
  }

  #ways(run) {
    const base = `/api/runs/${run.id}`;
    const make = (words, work) => {
      const button = h("button", { type: "button", class: "deed" }, words);
      button.addEventListener("click", () => act(this.context, button, work));
      return button;
    };
    if (!OVER.includes(run.state)) return h("div", { class: "deeds" },
      make("Stop", () => this.context.api(base, { method: "DELETE", body: {} })));
    if (!run.result?.pdus) return "";
    return h("div", { class: "deeds" },
      make("Ladder", () => this.#showLadder(run)),
      make("Save capture", () => this.context.save(`${base}/capture`,
        `${run.wanted.scenario}-${run.wanted.seed}.pcap`)),
      h("a", { class: "deed", href: `${base}/report`, target: "_blank", rel: "noopener" }, "Report"));
  }

  /** The gateway's own ladder, asking for the PDUs of this run. */
  async #showLadder(run) {
    const { mount } = await import("/page/ladder.js");
    const base = `/api/runs/${run.id}/`;
    const own = (path) => path.replace("/api/", base);
    const place = h("div", { class: "ladder-of-run" });
    const back = h("button", { type: "button", class: "deed" }, "Back to the verdict");
    let parameters = {};
    const context = {
      ...this.context, events: new EventTarget(), times: "from start", parameters: () => parameters,
      keep: (more) => { parameters = more; },
      api: (path, options) => this.context.api(own(path), options),
      save: (path, name) => this.context.save(own(path), name),
    };
    context.events.on = () => () => {};
    this.element.replaceChildren(h("header", {}, h("h3", { class: "mono" }, run.wanted.scenario), back),
      place);
    const unmount = mount(place, context);
    this.#ladder = () => unmount?.();
    back.addEventListener("click", () => {
      this.#close();
      this.#show(run);
      this.element.querySelector("button")?.focus();
    });
    back.focus();
  }
}

function verdict(run) {
  if (run.state === "passed") return `✓ passed, ${run.came.length} expectations`;
  return { queued: "waits for its turn", running: "▸ running", failed: "✗ failed", skipped: "not played",
    stopped: "■ stopped", lost: "✗ no result" }[run.state];
}

function broken(run) {
  const parts = [];
  if (run.sentence) parts.push(h("p", { class: "broken" }, run.sentence));
  if (!run.result) return parts;
  const { broken: what, instead, reason, again } = run.result;
  if (what) parts.push(h("p", { class: "broken" }, h("b", {}, "expected, and not so: "), what));
  if (instead) parts.push(h("p", { class: "broken" }, h("b", {}, "instead: "), h("code", {}, instead)));
  if (reason) parts.push(h("p", {}, run.state === "passed" ? `Only the laws judge: ${reason}.` : reason));
  if (what) parts.push(h("p", { class: "dim" }, "again: ", h("code", {}, again)));
  return parts;
}

function line(seconds, sentence, sign) {
  return h("li", {}, h("span", { class: "when mono" }, `${seconds.toFixed(3)} s`),
    h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", {}, sentence));
}

function figures(result) {
  const told = Object.entries(result.figures);
  return h("details", {},
    h("summary", {},
    `${result.pdus} PDUs in ${result.duration.toFixed(1)} s of the carrier's time, ` +
    `${result.took.toFixed(2)} s of yours`),
    h("dl", { class: "facts" }, told.flatMap(([name, value]) => [h("dt", {}, name),
      h("dd", {}, String(value))])));
}
