// <needs-answer name>: a tick that is off as long as another answer of its form is missing, with the reason beside it. The
// server keeps it off too.
class NeedsAnswer extends HTMLElement {
  connectedCallback() {
    this.tick = this.querySelector("input");
    this.needed = this.tick.form.elements[this.getAttribute("name")];
    this.listening = new AbortController();
    for (const type of ["input", "change"]) this.needed.addEventListener(type, () => this.#follow(), { signal: this.listening.signal });
    this.#follow();
  }

  disconnectedCallback() {
    this.listening.abort();
  }

  #follow() {
    const isThere = this.needed.type === "checkbox" ? this.needed.checked : this.needed.value.trim() !== "";
    this.querySelector("[data-lacks]").hidden = isThere;
    this.tick.disabled = !isThere;
    if (isThere || !this.tick.checked) return;
    this.tick.checked = false;
    this.tick.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("needs-answer", NeedsAnswer);
