// <page-preview action>: keeps the pages in step with the form. What changes them makes them stale; a moment later they are
// asked for anew. With another template may come its own letter and signatories, for those the employee left alone.
// Says preview:stale, preview:fresh, preview:broken on the form.
import { call } from "../js/frame.js";
import { complaint, fragment, swap } from "../js/answers.js";
import { show } from "../js/problems.js";

const PAUSE_MS = 350;
const IN_THE_ANSWER = /^(source|template_id|document$|signer_key|signer_name|needs_approval|tick_|connection|signer_order|expires_on)/;
// parts of an answer -> the fields they replace
const OF_THE_TEMPLATE = { letter: /^letter_/, signers: /^signer_/, terms: /^(needs_approval|expires_on)$/ };

class PagePreview extends HTMLElement {
  #timer = 0;
  #asking = null;
  #asked = ""; // what the form said when the pages were last asked for, or are about to be

  connectedCallback() {
    this.form = this.closest("form");
    for (const type of ["change", "input"]) this.form.addEventListener(type, () => this.#touched());
    this.form.addEventListener("document:changed", () => this.refresh());
    for (const button of this.querySelectorAll("[formaction]"))
      button.addEventListener("click", (event) => {
        event.preventDefault();
        this.refresh();
      });
    if (this.querySelector('[name="prepared_id"]')) this.#fresh();
    else this.refresh();
  }

  disconnectedCallback() {
    this.#drop();
  }

  /** Ask for the pages of what the form says now; an older question is dropped. */
  async refresh() {
    this.#drop();
    this.#asked = this.#wanted();
    this.#say("stale");
    const asked = this.#decided();
    const { signal } = (this.#asking = new AbortController());
    try {
      const response = await call(this.getAttribute("action"), { method: "POST", body: new FormData(this.form), signal });
      if (!response.ok) return this.#complain(await complaint(response, this.dataset.unreachable));
      const answer = fragment(await response.text());
      if (this.#overtook(answer, asked)) return this.refresh();
      swap(this.form, answer);
      this.#fresh();
    } catch (error) {
      if (error.name !== "AbortError") this.#complain({ preview: [this.dataset.unreachable] });
    }
  }

  /** Everything in one text that the pages depend on, and whether the signing service will take them. */
  #wanted() {
    return this.#fields(IN_THE_ANSWER);
  }

  /** What of the form an answer might replace, part by part. */
  #decided() {
    return Object.fromEntries(Object.entries(OF_THE_TEMPLATE).map(([part, names]) => [part, this.#fields(names)]));
  }

  /** Whether the employee meanwhile changed himself what an answer brings: his is the last word, and is asked with. */
  #overtook(answer, asked) {
    const now = this.#decided();
    return Object.keys(now).some((part) => now[part] !== asked[part] && answer.querySelector(`[data-swap="${part}"]`));
  }

  #fields(names) {
    return JSON.stringify([...new FormData(this.form)].filter(([name]) => names.test(name)));
  }

  #touched() {
    const wanted = this.#wanted();
    if (wanted === this.#asked) return;
    this.#drop();
    this.#asked = wanted;
    this.#say("stale");
    this.#timer = setTimeout(() => this.refresh(), PAUSE_MS);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /** The pages are there; their checkboxes may have come with them. */
  #fresh() {
    this.#asked = this.#wanted();
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
