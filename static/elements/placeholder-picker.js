// <placeholder-picker>: the list of placeholders: search, arrows, Enter inserts. Says "insert" with the text.
class PlaceholderPicker extends HTMLElement {
  connectedCallback() {
    this.details = this.querySelector("details");
    this.search = this.querySelector("[data-search]");
    this.search.addEventListener("input", () => this.#filter());
    this.details.addEventListener("toggle", () => this.details.open && this.search.focus());
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-offer]")));
  }

  open() {
    this.details.open = true;
    this.search.select();
  }

  close() {
    this.details.open = false;
  }

  get #shown() {
    return [...this.querySelectorAll("[data-offer]")].filter((offer) => !offer.hidden);
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const offer of this.querySelectorAll("[data-offer]")) {
      const text = offer.textContent.toLowerCase();
      offer.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of this.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-offer]:not([hidden])");
    this.querySelector("[data-none]").hidden = this.#shown.length > 0;
  }

  #pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && this.details.open) {
      this.close();
      this.dispatchEvent(new CustomEvent("insert", { bubbles: true, detail: "" }));
    }
    if (event.key === "Enter" && event.target === this.search) {
      event.preventDefault();
      this.#chosen(this.#shown[0]);
    }
    if (!step || !this.details.open) return;
    event.preventDefault();
    const shown = this.#shown;
    const next = shown.indexOf(document.activeElement) + step;
    (next < 0 ? this.search : (shown[next] ?? shown.at(-1)))?.focus();
  }

  #chosen(offer) {
    if (!offer) return;
    this.close();
    this.dispatchEvent(new CustomEvent("insert", { bubbles: true, detail: offer.dataset.offer }));
  }
}

customElements.define("placeholder-picker", PlaceholderPicker);
