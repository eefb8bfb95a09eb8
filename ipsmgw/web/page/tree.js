// A tree for eyes and keyboard, as the ARIA practices want it: arrows go, right opens, left closes.

import { h } from "/page/dom.js";

export class Tree {
  constructor(focused) {
    this.focused = focused;
    this.element = h("div", {
      class: "tree", role: "tree", "aria-label": "What the octets mean",
      onkeydown: (event) => this.key(event), onclick: (event) => this.click(event),
      onmouseover: (event) => this.over(event), onmouseleave: () => this.focused(this.selected?.told),
      onfocusin: (event) => this.select(event.target.closest("li")),
    });
  }

  show(part) {
    const list = h("ul", { role: "presentation" }, this.item(part, 1));
    this.selected = null;
    this.element.replaceChildren(list);
    list.firstChild.tabIndex = 0;
    this.focused(null);
  }

  item(part, level) {
    const item = h("li", { role: "treeitem", tabIndex: -1, "aria-level": level, "aria-selected": "false" });
    item.told = part;
    const hidden = part.value.startsWith("hidden, ");
    const node = h("div", { class: "node" }, h("span", { class: "name" }, part.name),
      h("span", { class: hidden ? "value hidden" : "value" }, part.value));
    node.style.setProperty("--deep", level - 1);
    item.append(node);
    if (part.children.length) {
      item.setAttribute("aria-expanded", "true");
      item.append(h("ul", { role: "group" }, part.children.map((child) => this.item(child, level + 1))));
    }
    return item;
  }

  select(item) {
    if (!item || item === this.selected) return;
    this.selected?.setAttribute("aria-selected", "false");
    this.element.querySelector('li[tabindex="0"]').tabIndex = -1;
    this.selected = item;
    item.tabIndex = 0;
    item.setAttribute("aria-selected", "true");
    this.focused(item.told);
  }

  over(event) {
    const item = event.target.closest("li");
    if (item) this.focused(item.told);
  }

  click(event) {
    const item = event.target.closest("li");
    if (!item) return;
    if (this.selected === item || event.offsetX < 0) this.toggle(item);
    item.focus();
  }

  toggle(item, open = item.getAttribute("aria-expanded") === "false") {
    if (item.hasAttribute("aria-expanded")) item.setAttribute("aria-expanded", String(open));
  }

  key(event) {
    const item = event.target.closest("li");
    if (!item) return;
    const seen = [...this.element.querySelectorAll("li")].filter((each) => each.firstChild.offsetParent);
    const at = seen.indexOf(item);
    const open = item.getAttribute("aria-expanded");
    const to = {
      ArrowDown: seen[at + 1], ArrowUp: seen[at - 1], Home: seen[0], End: seen.at(-1),
      ArrowRight: open === "true" ? item.querySelector("li") : null,
      ArrowLeft: open === "true" ? null : item.parentElement.closest("li"),
    };
    if (!(event.key in to)) return;
    if (event.key === "ArrowRight" && open === "false") this.toggle(item, true);
    else if (event.key === "ArrowLeft" && open === "true") this.toggle(item, false);
    else to[event.key]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
