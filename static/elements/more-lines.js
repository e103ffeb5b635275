// <more-lines>: its form brings the next page of a list; the lines are added to those that stand there, and what comes after
// them (the next button, a hint) replaces itself. The focus goes to the first new line.
import { call } from "../js/frame.js";
import { fragment } from "../js/answers.js";

class MoreLines extends HTMLElement {
  connectedCallback() {
    this.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#load(event.target);
    });
  }

  async #load(form) {
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    const response = await call(form.getAttribute("action"), { method: "POST", body: new FormData(form) }).catch(() => null);
    if (response?.ok) this.#add(fragment(await response.text()));
    else button.setAttribute("aria-disabled", "false");
  }

  #add(content) {
    const listing = this.closest("[data-swap]");
    const [here, there] = [listing, content].map((part) => part.querySelector("[data-lines]"));
    const fresh = [...(there?.children ?? [])];
    content.querySelector("[data-newest]")?.remove();
    if (here) here.append(...fresh);
    listing.querySelector("[data-more]").replaceWith(content.querySelector("[data-more]"));
    (fresh[0]?.querySelector("button") ?? listing.querySelector("[data-more] button"))?.focus();
  }
}

customElements.define("more-lines", MoreLines);
