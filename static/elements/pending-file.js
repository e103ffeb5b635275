// <pending-file data-id action>: asks every few seconds whether Bitrix24 has made its document, and puts the answer into the list.
import { call } from "../js/frame.js";
import { fragment } from "../js/answers.js";

const PAUSE_MS = 3000;

class PendingFile extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    this.form = this.closest("form");
    this.querySelector("button")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.look();
    });
    this.#wait();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  async look() {
    clearTimeout(this.#timer);
    const body = new FormData();
    body.set("composer_id", this.form.elements.composer_id.value);
    body.set("look", this.dataset.id);
    try {
      const response = await call(this.getAttribute("action"), { method: "POST", body });
      if (response.ok) return this.#show(fragment(await response.text()).querySelector("[data-document]"));
    } catch {
      // no connection just now: the next look tells
    }
    this.#wait();
  }

  #show(row) {
    if (!this.isConnected) return;
    if (row.dataset.state === "pending") this.#wait();
    else this.closest("document-list").replace(row);
  }

  #wait() {
    this.#timer = setTimeout(() => this.look(), PAUSE_MS);
  }
}

customElements.define("pending-file", PendingFile);
