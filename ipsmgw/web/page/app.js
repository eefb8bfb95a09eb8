// The frame: which tabs there are is asked of the API, and what each shows is a module of its own.

import { api, keepToken, NOBODY, save } from "/page/api.js";
import { h } from "/page/dom.js";
import { Events } from "/page/events.js";
import * as hash from "/page/hash.js";
import { theme } from "/page/theme.js";

const at = (id) => document.getElementById(id);
let page = null;
let shown = null; // { tab, unmount }
let turn = 0;
let missing = false; // whether something that the tab is made of has not come

/** What every tab gets. */
const context = {
  save,
  api: (path, options) => api(path, options).catch((fault) => {
    missing ||= fault.status === 0 && options?.method === undefined;
    throw fault;
  }),
  events: null,
  page: null,
  /** Goes to a tab; a step of the back button. */
  go: (tab, parameters) => { location.hash = hash.link(tab, parameters); },
  /** The parameters of the tab that is shown, and a way to change them without leaving it. */
  parameters: () => hash.read().parameters,
  keep: (parameters) => hash.replace(shown.tab.name, parameters),
  link: hash.link,
  /** A sentence for the reader, until the next. */
  say: (sentence) => notice(sentence, sentence === NOBODY ? "connection" : ""),
};

/** `of`: who says it, where another one may take it back. */
function notice(sentence, of = "") {
  const element = at("notice");
  if (element.textContent !== (sentence ?? "")) element.textContent = sentence ?? "";
  element.hidden = !sentence;
  element.dataset.of = of;
}

async function show() {
  const mine = ++turn;
  const { tab: name, parameters } = hash.read();
  const tab = page.tabs.find((each) => each.name.toLowerCase() === name) ?? page.tabs[0];
  if (shown?.tab === tab && shown.update) {
    shown.update(parameters);
    return;
  }
  const module = await import(tab.module).catch((fault) => {
    if (!(fault instanceof TypeError)) throw fault; // it has come, and is wrong
    missing = true;
    notice(NOBODY, "connection");
  });
  if (!module) return;
  if (mine !== turn) return; // somebody has gone on meanwhile
  shown?.unmount();
  notice("");
  const main = at("main");
  main.replaceChildren();
  shown = { tab, unmount: () => {}, update: null };
  mark(tab);
  document.title = `${tab.name} · ${page.title}`;
  const mounted = module.mount(main, context);
  if (typeof mounted === "function") Object.assign(shown, { unmount: mounted, update: mounted.update });
}

function mark(tab) {
  for (const each of at("tabs").querySelectorAll("a")) {
    if (each.dataset.tab !== tab.name) each.removeAttribute("aria-current");
    else {
      each.setAttribute("aria-current", "page");
      each.scrollIntoView({ block: "nearest", inline: "center" });
    }
  }
}

function drawTabs() {
  at("title").textContent = page.title;
  at("tabs").replaceChildren(...page.tabs.map((tab) => h("li", {},
    h("a", { href: hash.link(tab.name), textContent: tab.name, data: { tab: tab.name } }))));
}

function watchConnection() {
  let lost = false;
  context.events.on("connection", ({ up, why, status }) => {
    if (up && lost && missing) location.reload();
    lost = !up;
    const element = at("connection");
    element.textContent = up ? "live" : "not connected";
    element.title = why ?? "";
    element.dataset.state = up ? "up" : "down";
    if (!up && status === 401) askForToken();
    else if (!up) notice(`${why} What is shown is how it was before.`, "connection");
    else if (at("notice").dataset.of) notice("");
  });
}

function askForToken(wrong = false) {
  const field = h("input", { type: "password", id: "token", autocomplete: "off", required: true });
  const form = h("form", { class: "card narrow", onsubmit: (event) => {
    event.preventDefault();
    keepToken(field.value.trim());
    start();
  } }, h("h2", {}, "A token is wanted"),
  h("p", {}, wrong ? "This one is not right. " : "", "It is web.token in the configuration."),
  h("label", { for: "token" }, "Token"), field, h("button", { type: "submit" }, "Go on"));
  at("main").replaceChildren(form);
  field.focus();
}

let refused = false;

async function start() {
  try {
    page = context.page = await api("/api/page");
  } catch (fault) {
    if (fault.status === 401) askForToken(refused);
    else {
      notice(fault.message);
      setTimeout(start, 2000);
    }
    refused = fault.status === 401;
    return;
  }
  notice("");
  drawTabs();
  context.events?.close();
  context.events = new Events();
  watchConnection();
  context.events.run();
  await show();
}

/** The skip link is no address: one that names no tab would lead to the first. */
function skip(event) {
  event.preventDefault();
  at("main").focus();
}

theme(at("theme"));
document.querySelector(".skip").addEventListener("click", skip);
addEventListener("hashchange", () => page && show());
start();
