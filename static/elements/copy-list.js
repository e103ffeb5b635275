// <copy-list data-most>: addresses that get a copy, one a line. There is always an empty line to type into, up to the most.
class CopyList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.#grow());
    this.#grow();
  }

  #grow() {
    const lines = [...this.querySelectorAll('[name="copy_to"]')];
    if (lines.length >= Number(this.dataset.most) || lines.some((line) => !line.value.trim())) return;
    const last = lines.at(-1);
    const fresh = last.cloneNode();
    fresh.removeAttribute("value");
    fresh.removeAttribute("aria-invalid");
    fresh.value = "";
    last.after(fresh);
  }
}

customElements.define("copy-list", CopyList);
