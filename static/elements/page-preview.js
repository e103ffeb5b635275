// <page-preview action>: keeps the pages in step with the form. A change inside [data-pages] makes them stale; a moment later
// they are asked for anew. Says preview:stale, preview:fresh, preview:broken on the form.
import { call } from "../js/frame.js";
import { complaint, fragment, swap } from "../js/answers.js";
import { show } from "../js/problems.js";

const PAUSE_MS = 350;

class PagePreview extends HTMLElement {
  #timer = 0;
  #asking = null;

  connectedCallback() {
    this.form = this.closest("form");
    this.form.addEventListener("change", (event) => this.#touched(event));
    this.form.addEventListener("input", (event) => event.target.matches("input:not([type])[data-pages]") && this.#touched(event));
    for (const button of this.querySelectorAll("[formaction]"))
      button.addEventListener("click", (event) => {
        event.preventDefault();
        this.refresh();
      });
    if (!this.querySelector('[name="prepared_id"]')) this.refresh();
    else this.#say("fresh");
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /** Ask for the pages of what the form says now; an older question is dropped. */
  async refresh() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.#say("stale");
    try {
      const body = new FormData(this.form);
      const response = await call(this.getAttribute("action"), { method: "POST", body, signal: asking.signal });
      if (response.ok) this.#show(await response.text());
      else this.#complain(await complaint(response, this.dataset.unreachable));
    } catch (error) {
      if (error.name !== "AbortError") this.#complain({ preview: [this.dataset.unreachable] });
    }
  }

  #touched(event) {
    if (!event.target.closest("[data-pages]") || event.target.closest("[data-no-pages]")) return;
    clearTimeout(this.#timer);
    this.#say("stale");
    this.#timer = setTimeout(() => this.refresh(), PAUSE_MS);
  }

  #show(html) {
    swap(this.form, fragment(html));
    this.#say("fresh");
  }

  #complain({ document: ofDocument, ...others }) {
    if (ofDocument) show(this.form, { document: ofDocument });
    const sentences = Object.values(others).flat();
    this.querySelector("[data-error-text]").textContent = sentences.join(" ");
    this.#say("broken");
    this.querySelector("[data-error]").hidden = !sentences.length;
  }

  #say(state) {
    const line = this.querySelector("[data-state]");
    const chosen = state !== "fresh" || this.querySelector('[name="prepared_id"]');
    line.textContent = chosen ? (line.dataset[state === "stale" ? "busy" : state] ?? "") : "";
    this.querySelector("[data-error]").hidden = true;
    this.dataset.now = state;
    this.form.dispatchEvent(new CustomEvent(`preview:${state}`));
  }
}

customElements.define("page-preview", PagePreview);
