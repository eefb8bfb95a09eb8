// Scenarios: choose, run, watch what comes true, read the verdict with what was there instead.

import { h, roving, settled } from "/page/dom.js";
import { act, choice, empty, field, Keyed, mounted } from "/lab/parts.js";
import { RunDetails } from "/lab/run.js";

const SIGNS = {
  queued: "…", running: "▸", passed: "✓", failed: "✗", skipped: "–", stopped: "■", lost: "✗",
};

const WAITS = ["queued", "running"];

export function mount(element, context) {
  return mounted(element, ["parts", "scenarios"], (place) => show(place, context));
}

function show(element, context) {
  const words = h("input", { type: "search", value: context.parameters().words ?? "",
    placeholder: "name, words or clause" });
  const seed = h("input", { type: "number", min: 0, value: "1", inputMode: "numeric" });
  const faults = choice([["none", "none"], ["all", "all there are"]], "none");
  const quirks = choice(["none"], "none");
  const rules = h("input", { type: "text", class: "mono", spellcheck: false,
    placeholder: "smsc mo-ForwardSM 1 x error systemFailure" });
  const judged = choice([["strict", "the story"], ["laws", "the laws"]], "strict");
  judged.title = "Under rules: whether the story has to come true, or the laws alone must hold";
  const all = h("button", { type: "button", class: "deed" }, "Run all of these");
  const count = h("p", { class: "dim", role: "status" });
  const list = h("ul", { class: "stories" });
  const none = empty("No scenario has these words.");
  const runs = h("ol", { class: "runs" });
  const noRuns = empty("Nothing has been played yet: run a scenario. " +
    "It takes virtual time, and hardly any of yours.");
  const tally = h("p", { class: "dim", role: "status" });
  const stop = h("button", { type: "button", class: "deed", hidden: true }, "Stop all");
  const details = new RunDetails(context);
  const live = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  element.append(h("h2", { class: "unseen" }, "Scenarios"), h("div", { class: "theatre" },
    h("section", { class: "choose", "aria-label": "Scenarios" },
      h("div", { class: "how" }, field("Find", words), field("Seed", seed), field("Faults", faults),
        field("Quirks", quirks), field("Rules of faults", rules, "as docs/faults.md has them, with ; between two"),
        field("Judged", judged)),
      h("div", { class: "heading" }, count, all), none, list),
    h("section", { class: "watch", "aria-label": "Runs" }, noRuns,
      h("div", { class: "heading" }, tally, stop), runs, details.element), live));

  let stories = [];
  const [turned, turnedRuns] = [roving(list, ".run"), roving(runs, "button")];
  const states = new Map();
  const keyed = new Keyed(list, (one) => story(one), () => {});
  const keyedRuns = new Keyed(runs, (one) => new RunLine(one, choose),
    (made, one) => made.show(one, chosen()));
  const chosen = () => Number(context.parameters().run) || 0;

  function story(one) {
    const run = h("button", { type: "button", class: "deed run", "aria-label": `Run ${one.name}` }, "Run");
    run.addEventListener("click", () => play(run, [one.name]));
    return { element: h("li", {}, h("div", {}, h("h3", { class: "mono" }, one.name), h("p", {}, one.what),
      h("p", { class: "dim" }, one.clause)), run) };
  }

  async function play(button, scenarios) {
    const set = rules.value.split(";").map((each) => each.trim()).filter(Boolean);
    const body = { scenarios, seed: Number(seed.value), faults: faults.value, quirks: quirks.value, rules: set,
      strict: set.length > 0 && judged.value === "strict" };
    const view = await act(context, button, () => context.api("/api/runs", { method: "POST", body }));
    if (!view) return;
    showRuns(view);
    if (scenarios.length === 1) choose(view.runs[0].id);
    else tally.scrollIntoView({ block: "nearest" });
  }

  async function choose(id) {
    context.keep({ words: words.value, run: id });
    for (const made of keyedRuns.all()) made.mark(id);
    await details.choose(id);
    if (details.element.getBoundingClientRect().top > 0.8 * innerHeight) {
      details.element.scrollIntoView({ block: "start" }); // it stands below all else where the page is narrow
    }
  }

  function filter() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = stories.filter((one) => {
      const text = `${one.name} ${one.what} ${one.clause}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
    context.keep({ words: words.value, run: chosen() || "" });
    none.hidden = found.length > 0;
    all.hidden = found.length < 2;
    all.textContent = `Run all ${found.length}`;
    count.textContent = found.length === stories.length ? `${stories.length} scenarios`
      : `${found.length} of ${stories.length} scenarios`;
    keyed.show(found, (one) => one.name);
    turned();
    all.onclick = () => play(all, found.map((one) => one.name));
  }

  function showRuns(view) {
    noRuns.hidden = view.runs.length > 0;
    tally.textContent = counted(view.runs);
    stop.hidden = !view.runs.some((one) => WAITS.includes(one.state));
    keyedRuns.show(view.runs, (one) => one.id);
    turnedRuns();
    for (const one of view.runs) {
      const before = states.get(one.id);
      states.set(one.id, one.state);
      if (before && before !== one.state && !WAITS.includes(one.state)) {
        live.textContent = `${one.scenario}: ${one.state}`;
      }
    }
    const mine = view.runs.find((one) => one.id === chosen());
    if (mine) details.changed(mine);
  }

  words.addEventListener("input", settled(filter, 100));
  stop.addEventListener("click", () => act(context, stop,
    async () => showRuns(await context.api("/api/runs", { method: "DELETE", body: {} }))));
  const end = context.events.on("runs", showRuns);
  const failed = (fault) => context.say(fault.message);
  context.api("/api/scenarios").then((view) => {
    stories = view.scenarios;
    quirks.replaceChildren(...view.quirks.map((value) => h("option", { value }, value)));
    filter();
  }, failed);
  context.api("/api/runs").then(showRuns, failed);
  if (chosen()) details.choose(chosen());
  const unmount = () => {
    end();
    details.end();
  };
  unmount.update = () => chosen() && details.choose(chosen());
  return unmount;
}

/** How many have come to what, in words. */
function counted(runs) {
  const states = ["running", "queued", "passed", "failed", "lost", "skipped", "stopped"];
  const words = { queued: "to come", lost: "without a result", skipped: "not played" };
  return states.map((state) => [runs.filter((one) => one.state === state).length, words[state] ?? state])
    .filter(([count]) => count).map((each) => each.join(" ")).join(", ");
}

class RunLine {
  constructor(one, choose) {
    this.id = one.id;
    this.sign = h("span", { class: "sign", "aria-hidden": "true" });
    this.words = h("span", { class: "latest" });
    this.button = h("button", { type: "button", onclick: () => choose(this.id) }, this.sign,
      h("span", { class: "mono" }, one.scenario),
        h("span", { class: "dim" }, [` seed ${one.seed}`, ...(one.faults === "all" ? ["all faults"] : []),
          ...(one.rules.length ? [one.rules.length === 1 ? "a rule" : `${one.rules.length} rules`] : []),
        ].join(", ")),
        this.words);
    this.element = h("li", {}, this.button);
  }

  show(one, chosen) {
    this.sign.textContent = SIGNS[one.state];
    this.element.dataset.verdict = one.state;
    this.words.textContent = one.state === "running" ? one.latest || "begins" : one.state === "failed"
      || one.state === "lost" ? `${one.state}: ${one.broken}` :
      one.state === "passed" ? `passed, ${one.came} expectations` : one.state;
    this.mark(chosen);
  }

  mark(chosen) {
    if (this.id === chosen) this.button.setAttribute("aria-current", "true");
    else this.button.removeAttribute("aria-current");
  }
}
