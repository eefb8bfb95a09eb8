// Load: a rate and a mix on a gateway of its own, with its curves as they grow.

import { h } from "/page/dom.js";
import { Curves } from "/lab/curves.js";
import { act, choice, empty, field, mounted } from "/lab/parts.js";

const OF = { gateway: "a gateway of its own", "null gateway": "an empty gateway" };
const STATES = { none: "", starting: "processes start", registering: "subscribers register",
  running: "under load", ended: "has ended", refused: "there is no result" };
const RATES = [["offered", "offered"], ["done", "done"], ["refused", "refused"], ["lost", "lost"]];
const LATENCIES = [["p50", "p50"], ["p95", "p95"], ["p99", "p99"], ["most", "max"]];

export function mount(element, context) {
  return mounted(element, ["parts", "load"], (place) => show(place, context));
}

function number(value, most) {
  return h("input", { type: "number", min: 1, max: most, value, required: true, inputMode: "numeric" });
}

function show(element, context) {
  const [rate, seconds, subscribers] = [number("50", 20000), number("20", 600), number("200", 20000)];
  const mix = h("input", { type: "text", value: "mo=50,mt=50", spellcheck: false, required: true });
  const against = choice([["gateway", "our gateway"], ["null", "an empty one"]], "gateway");
  against.title = "An empty gateway only answers: what it costs to offer the load";
  const fields = { rate, mix, seconds, subscribers, against };
  const start = h("button", { type: "submit", class: "first" }, "Start");
  const stop = h("button", { type: "button", class: "deed" }, "Stop");
  const state = h("p", { class: "standing", role: "status" });
  const numbers = h("dl", { class: "numbers" });
  const curves = [
    new Curves("messages a second", RATES, (value) => value),
    new Curves("latency, ms", LATENCIES, (value) => value * 1000),
    new Curves("CPU, % of a core", [], (value) => value * 100, (point) => point.cpu),
  ];
  const drawn = h("div", { class: "curves", hidden: true }, curves.map((each) => each.element));
  const hint = empty("No load has run yet.");
  const where = h("p", { class: "dim" }, "It runs on a gateway, an HLR and an SM-SC of its own, in processes beside " +
    "this lab: the carrier of the other tabs is not touched, and shows nothing of it.");
  const summary = h("div", {});
  const form = h("form", { class: "builder" },
    h("div", { class: "fields" }, field("Messages a second", rate),
      field("Mix", mix, "mo, mt, mt-fallback, register, refresh, deregister"),
      field("Seconds", seconds), field("Subscribers", subscribers), field("Against", against),
        h("div", { class: "buttons" }, start, stop)), where);
  element.append(h("h2", { class: "unseen" }, "Load"), form, state, numbers, hint, drawn, summary);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const read = (input) => (input.type === "number" ? Number(input.value) : input.value);
    const body = Object.fromEntries(Object.entries(fields).map(([name, input]) => [name, read(input)]));
    act(context, start, async () => draw(await context.api("/api/load", { method: "POST", body })));
  });
  stop.addEventListener("click", () => act(context, stop,
    () => context.api("/api/load", { method: "DELETE", body: {} })));

  let shown = null;

  /** What is offered stands in the fields, whoever has asked for it. */
  function fill(order) {
    const text = JSON.stringify(order);
    if (!order || text === shown) return;
    shown = text;
    for (const [name, input] of Object.entries(fields)) input.value = order[name];
  }

  function draw(view) {
    fill(view.order);
    const runs = ["starting", "registering", "running"].includes(view.state);
    start.hidden = runs;
    stop.hidden = !runs;
    hint.hidden = view.state !== "none";
    drawn.hidden = !view.points.length;
    state.textContent = sentence(view);
    state.dataset.state = view.state === "refused" ? "down" : view.summary && !view.summary.valid ? "partly"
      : "up";
    const now = view.summary ? whole(view.summary) : view.now;
    numbers.replaceChildren(...(now ? [["offered", now.offered], ["done", now.done],
      ["refused", total(now.refused)], ["lost", now.lost], ["under way", now.underWay]]
      .flatMap(([name, value]) => [h("div", {}, h("dt", {}, name), h("dd", {}, value.toLocaleString("en")))])
        : []));
    for (const each of curves) each.draw(view.points, view.order?.seconds ?? 1);
    summary.replaceChildren(...(view.summary ? [table(view.summary)] : []));
  }

  const end = context.events.on("load", draw);
  context.api("/api/load").then(draw, (fault) => context.say(fault.message));
  return () => {
    end();
    curves.forEach((each) => each.sized.disconnect());
  };
}

/** Of a run that is over; its last moment was a little before. */
function whole(summary) {
  const flows = Object.entries(summary.flows).filter(([flow]) => flow in summary.rates).map(([, of]) => of);
  const sum = (of) => flows.reduce((found, each) => found + of(each), 0);
  return { offered: sum((each) => each.offered), done: sum((each) => each.done), lost: sum((each) => each.lost),
    refused: { all: sum((each) => total(each.refused)) }, underWay: 0 };
}

function total(refused) {
  return Object.values(refused).reduce((sum, each) => sum + each, 0);
}

function sentence(view) {
  if (view.state === "none") return "";
  if (view.state === "refused") return `No result: ${view.sentence}`;
  const what = view.order ? `${view.order.rate} messages a second, ${view.order.mix}` : "";
  const where = view.system ? ` on ${OF[view.system] ?? view.system}` : "";
  if (view.state === "registering") {
    return `${view.enrolled} of ${view.subscribers} subscribers are registered${where}`;
  }
  if (view.state === "running") {
    const passed = Math.max(0, view.now?.passed ?? 0);
    return `${what}${where}: ${Math.min(passed, view.order.seconds).toFixed(0)} of ${view.order.seconds} s`;
  }
  const valid = view.summary && !view.summary.valid ? ": no result, the generator itself was late" : "";
  return `${what}${where}: it ${STATES[view.state]}${valid}`;
}

function table(summary) {
  const ms = (value) => (value === null ? "–" : (value * 1000).toFixed(value < 0.01 ? 2 : 1));
  const columns = ["", "offered", "done", "refused", "lost", "mean", "p50", "p95", "p99", "max, ms"];
  return h("div", { class: "scrolls", tabIndex: 0, role: "region",
    "aria-label": "Figures of the whole run" }, h("table", { class: "grid" },
    h("thead", {}, h("tr", {}, columns.map((each) => h("th", { scope: "col", class: each ? "number" : "" },
      each || h("span", { class: "unseen" }, "flow"))))),
    h("tbody", {}, Object.entries(summary.flows).filter(([flow]) => flow in summary.rates).map(([flow,
      of]) => h("tr", {},
      h("th", { scope: "row" }, flow),
      ...[of.offered, of.done, total(of.refused),
        of.lost].map((each) => h("td", { class: "number" }, String(each))),
      ...[of.mean, of.p50, of.p95, of.p99, of.most].map((each) => h("td", { class: "number" },
        ms(each))))))));
}
