// <keep-fresh action>: while the worker is at it, asks every few seconds how the page looks now. The answer replaces the page's
// data-swap parts, this element with them; it stays away once nothing is under way. With `on-return` it asks once somebody
// comes back to this page from another one.
import { call } from "../js/frame.js";
import { fragment, swap } from "../js/answers.js";

const EVERY_MS = 3000;

class KeepFresh extends HTMLElement {
  connectedCallback() {
    if (this.hasAttribute("on-return")) this.#listen();
    else this.timer = setTimeout(() => this.look(), EVERY_MS);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.ending?.abort();
  }

  async look() {
    const response = document.hidden ? null : await call(this.getAttribute("action"), { method: "POST" }).catch(() => null);
    if (!this.isConnected) return;
    if (response?.ok) swap(document.querySelector("main"), fragment(await response.text()));
    else if (!this.hasAttribute("on-return")) this.connectedCallback();
  }

  #listen() {
    this.ending = new AbortController();
    document.addEventListener("visibilitychange", () => this.look(), { signal: this.ending.signal });
  }
}

customElements.define("keep-fresh", KeepFresh);
