// Network: the elements and their links as a picture, and what each holds: HLR, SM-SC, faults, causes.

import { h } from "/page/dom.js";
import { Causes } from "/lab/causes.js";
import { Centre } from "/lab/centre.js";
import { Faults } from "/lab/faults.js";
import { Hlr } from "/lab/hlr.js";
import { Overview } from "/lab/overview.js";
import { mounted } from "/lab/parts.js";
import { Records } from "/lab/records.js";

const PARTS = [
  ["picture", "Picture", Overview], ["hlr", "HLR", Hlr], ["centre", "SM-SC", Centre],
  ["records", "Records", Records], ["faults", "Faults", Faults], ["causes", "Causes", Causes],
];

export function mount(element, context) {
  return mounted(element, ["parts", "network"], (place) => show(place, context));
}

function show(element, context) {
  const list = h("div", { class: "sections", role: "tablist", "aria-label": "Parts of the network" });
  const panel = h("div", { id: "part", role: "tabpanel", tabIndex: -1 });
  const tabs = PARTS.map(([name, words], at) => {
    const tab = h("button", { type: "button", role: "tab", id: `part-${name}`, "aria-controls": "part" },
      words);
    tab.addEventListener("click", () => choose(name));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (at + step + PARTS.length) % PARTS.length;
      choose(PARTS[next][0]);
      tabs[next].focus();
    });
    return tab;
  });
  list.append(...tabs);
  element.append(h("h2", { class: "unseen" }, "Network"), list, panel);
  let shown = null;

  function choose(name, more = {}) {
    context.keep({ part: name === "picture" ? "" : name, ...more });
    draw();
  }

  function draw() {
    const { part = "picture", ...parameters } = context.parameters();
    const at = Math.max(0, PARTS.findIndex(([name]) => name === part));
    tabs.forEach((tab, number) => {
      tab.setAttribute("aria-selected", String(number === at));
      tab.tabIndex = number === at ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", tabs[at].id);
    shown?.end();
    panel.replaceChildren();
    shown = new PARTS[at][2](panel, { ...context, choose }, parameters);
  }

  draw();
  const unmount = () => shown?.end();
  unmount.update = draw;
  return unmount;
}
