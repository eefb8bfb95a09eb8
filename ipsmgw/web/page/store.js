// The rows of a ladder as far as they pass the filter: what was, and what comes.

import { query } from "/page/api.js";

const MOST = 20000; // rows that are kept; the oldest go first

/** What the other end is asked for: heartbeats are left out unless they are wanted. */
export function asked({ beats, ...wanted }) {
  return { ...wanted, beats: beats ? "" : "false" };
}

export class Store {
  constructor(context, changed) {
    this.context = context;
    this.changed = changed;
    this.rows = []; // by number
    this.shown = []; // rows, and groups where they are grouped
    this.nodes = [...context.page.nodes];
    this.known = false; // whether what there is has been asked for
    this.busy = new Set(); // nodes that a row is of
    this.late = null;
    this.messages = new Map(); // by thread
    this.group = false;
    this.paused = false;
    this.waiting = 0;
    this.lost = 0;
    this.wanted = {};
    this.turn = 0;
    this.behind = -1; // number of the last PDU that is known
    this.ends = [
      context.events.on("pdus", (batch) => this.take(batch)),
      context.events.on("messages", (messages) => this.name(messages)),
      context.events.on("connection", ({ up }) => up && this.reloadSoon()),
    ];
  }

  close() {
    this.turn++;
    this.ends.forEach((end) => end());
  }

  row(number) {
    return this.rows[this.place(number)];
  }

  /** Where a row of this number is, or would be. */
  place(number) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].number < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get filtered() {
    const { beats, ...others } = this.wanted; // whether it is one each row says
    return Object.values(others).some((value) => value !== "" && value !== false);
  }

  /** The nodes that the rows are of, in the order of the network. */
  get lifelines() {
    return this.nodes.filter((node) => this.busy.has(node));
  }

  /** Shows what passes another filter. */
  async filter(wanted) {
    this.wanted = wanted;
    const mine = ++this.turn;
    this.late ??= []; // what comes before the answer, and may not be in it
    try {
      const [{ rows, end }, { messages }] = await Promise.all([
        this.context.api(`/api/pdus${query({ ...asked(wanted), limit: MOST })}`), this.context.api("/api/messages"),
      ]);
      if (mine !== this.turn) return;
      Object.assign(this, { rows, waiting: 0, lost: 0, behind: end - 1, known: true, busy: new Set() });
      this.name(messages, false);
      this.arrange();
      this.context.say("");
    } catch (fault) {
      if (mine === this.turn) this.context.say(fault.message);
    }
    if (mine === this.turn) this.takeLate();
  }

  takeLate() {
    const rows = this.late ?? [];
    this.late = null;
    if (rows.length) this.take({ rows, lost: 0 });
  }

  /** After a lost connection the gaps are filled. */
  reloadSoon() {
    if (this.behind >= 0) this.filter(this.wanted);
  }

  pause(on) {
    this.paused = on;
    if (!on && this.waiting) this.filter(this.wanted);
  }

  take({ rows, lost }) {
    if (this.late) {
      this.late.push(...rows);
      return;
    }
    const fresh = rows.filter((row) => row.number > this.behind && (this.wanted.beats || !row.beat));
    if (!fresh.length) return;
    if (this.paused) {
      this.waiting += fresh.length;
      this.changed();
      return;
    }
    this.lost += lost;
    if (this.filtered) this.fetchMore();
    else this.add(fresh);
  }

  /** What passes a filter is known by the other end only. */
  async fetchMore() {
    if (this.fetching) {
      this.again = true;
      return;
    }
    this.fetching = true;
    const mine = this.turn;
    try {
      const wanted = query({ ...asked(this.wanted), after: this.behind, limit: MOST });
      const { rows, end } = await this.context.api(`/api/pdus${wanted}`);
      if (mine === this.turn && !this.paused) {
        this.behind = end - 1;
        this.add(rows);
      }
    } catch (fault) {
      this.context.say(fault.message);
    } finally {
      this.fetching = false;
      if (this.again) {
        this.again = false;
        this.fetchMore();
      }
    }
  }

  add(rows) {
    if (!rows.length) return;
    this.behind = Math.max(this.behind, rows.at(-1).number);
    this.rows.push(...rows);
    if (this.rows.length > MOST) this.rows = this.rows.slice(-MOST);
    this.arrange(rows);
  }

  name(messages, tell = true) {
    for (const message of messages) {
      if (message.thread !== null) this.messages.set(message.thread, message);
    }
    if (tell && this.group) this.arrange();
  }

  /** The order in which they are shown: as they came, or those of a message together. */
  arrange(fresh = this.rows) {
    for (const { from, to } of fresh) {
      if (!this.nodes.includes(from)) this.nodes.push(from);
      if (!this.nodes.includes(to)) this.nodes.push(to);
      this.busy.add(from).add(to);
    }
    this.shown = this.group ? this.grouped() : this.rows;
    this.changed();
  }

  grouped() {
    const threads = new Map();
    for (const row of this.rows) {
      if (threads.has(row.thread)) threads.get(row.thread).push(row);
      else threads.set(row.thread, [row]);
    }
    const found = [];
    for (const [thread, rows] of threads) {
      found.push({ group: thread, message: this.messages.get(thread), rows }, ...rows);
    }
    return found;
  }
}
