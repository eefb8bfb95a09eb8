// One connection for all parts of the page: server-sent events, read by fetch so that a token can go with it.

import { ask } from "/page/api.js";

const SHORTEST = 500;
const LONGEST = 10000;

/** `pdus`, `messages`, `status`, and `connection` with true or a sentence why not. */
export class Events extends EventTarget {
  #last = null;
  #wait = SHORTEST;
  #stop = new AbortController();
  /** What the last status said, for parts that are opened later. */
  status = null;

  /** Calls back with what an event carries; returns what ends that. */
  on(name, callback) {
    const listener = (event) => callback(event.detail);
    this.addEventListener(name, listener);
    return () => this.removeEventListener(name, listener);
  }

  close() {
    this.#stop.abort();
  }

  async run() {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#read();
      } catch (fault) {
        if (this.#stop.signal.aborted) return;
        this.#tell("connection", { up: false, why: fault.message, status: fault.status ?? 0 });
        if (fault.status === 401) return;
      }
      await new Promise((resolve) => setTimeout(resolve, this.#wait));
      this.#wait = Math.min(2 * this.#wait, LONGEST);
    }
  }

  async #read() {
    const headers = this.#last === null ? {} : { "Last-Event-ID": this.#last };
    const response = await ask("/api/events", { headers, signal: this.#stop.signal });
    this.#tell("connection", { up: true });
    this.#wait = SHORTEST;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The connection has ended.");
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      blocks.forEach((block) => this.#take(block));
    }
  }

  #take(block) {
    const fields = {};
    for (const line of block.split("\n")) {
      const at = line.indexOf(": ");
      if (at > 0) fields[line.slice(0, at)] = line.slice(at + 2);
    }
    if (fields.id) this.#last = fields.id;
    if (!fields.event) return;
    const detail = JSON.parse(fields.data);
    if (fields.event === "status") this.status = detail;
    this.#tell(fields.event, detail);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
