// <template-editor>: text on the left, its pages on the right. The pages follow a moment after the last key, and the server
// keeps what they were made of; saving stays on the page. A remark leads to its line.
import { call } from "../js/frame.js";
import { complaint, fragment, swap } from "../js/answers.js";

const PAUSE_MS = 600;

class TemplateEditor extends HTMLElement {
  #timer = 0;
  #asking = null;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.body = this.form.elements.body;
    this.body.addEventListener("input", () => this.#typed());
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    this.form.addEventListener("change", (event) => event.target.matches("[data-card]") && this.#choose());
    this.addEventListener("click", (event) => this.#clicked(event.target));
    this.addEventListener("insert", (event) => this.#insert(event.detail));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    for (const button of this.querySelectorAll("[data-choose], [data-refresh]")) button.hidden = true;
    this.body.setSelectionRange(this.body.value.length, this.body.value.length);
    this.refresh();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /** Ask for the pages of what stands here now; an older question is dropped. */
  async refresh() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const { signal } = (this.#asking = new AbortController());
    this.#say("busy");
    await this.#ask(`${this.#path}/preview`, { signal });
  }

  get #path() {
    return this.form.getAttribute("action").replace(/\/save$/, "");
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#say("busy");
    this.#timer = setTimeout(() => this.refresh(), PAUSE_MS);
  }

  #submitted(event) {
    const { submitter } = event;
    if (submitter?.hasAttribute("formaction")) return; // leads elsewhere, or opens a file
    event.preventDefault();
    this.#save(submitter);
  }

  async #save(submitter) {
    if (this.saving) return;
    this.saving = true;
    const answered = await this.#ask(this.form.getAttribute("action"), {}, submitter);
    this.saving = false;
    if (answered && this.form.querySelector("[data-saved]")) this.form.elements.note.value = "";
  }

  async #choose() {
    if (await this.#ask(`${this.#path}/values`, {})) this.refresh();
    for (const button of this.querySelectorAll("[data-choose]")) button.hidden = true;
  }

  /** Post the form and take the parts of the answer over; false when there was none. */
  async #ask(url, options, submitter) {
    try {
      const response = await call(url, { method: "POST", body: new FormData(this.form, submitter), ...options });
      if (response.headers.get("Content-Type")?.startsWith("text/html")) {
        swap(this, fragment(await response.text()));
        this.#say("fresh");
        return true;
      }
      this.#complain(Object.values(await complaint(response, this.dataset.unreachable)).flat().join(" "));
    } catch (error) {
      if (error.name !== "AbortError") this.#complain(this.dataset.unreachable);
    }
    return false;
  }

  #say(state) {
    this.querySelector("[data-state]").textContent = this.dataset[state] ?? "";
    this.querySelector("[data-error]").hidden = true;
    this.dataset.now = state;
  }

  #complain(text) {
    this.#say("");
    const place = this.querySelector("[data-error]");
    place.textContent = text;
    place.hidden = false;
  }

  #clicked(target) {
    const [tool, remark] = [target.closest("[data-insert]"), target.closest("[data-line]")];
    if (tool) this.#insert(tool.dataset.insert);
    if (remark) this.#goTo(Number(remark.dataset.line));
  }

  #pressed(event) {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key === "s") {
      event.preventDefault();
      this.form.requestSubmit(this.querySelector("[data-save]"));
    }
    if (event.code === "Space" && event.target === this.body) {
      event.preventDefault();
      this.querySelector("placeholder-picker").open();
    }
  }

  /** Put a text where the caret is; its bar stands for what is selected. The browser's own undo takes it back. */
  #insert(text) {
    this.body.focus();
    if (!text) return;
    const { selectionStart: start, selectionEnd: end, value } = this.body;
    const isBlock = /^(#|-|\d|\||\{\{#|\{\{ (signatures|page_break))/.test(text);
    const before = isBlock && start > 0 && value[start - 1] !== "\n" ? "\n\n" : "";
    const [head, ...tail] = text.startsWith("|") ? [text] : text.split("|");
    const hasBar = tail.length === 1;
    const whole = before + (hasBar ? head + value.slice(start, end) + tail[0] : text);
    if (!document.execCommand("insertText", false, whole)) this.body.setRangeText(whole, start, end, "end");
    if (hasBar) {
      const caret = start + before.length + head.length;
      this.body.setSelectionRange(caret, caret + (end - start));
    }
    this.#typed();
  }

  #goTo(line) {
    const lines = this.body.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    this.body.focus();
    this.body.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    this.body.scrollTop = ((line - 3) / lines.length) * this.body.scrollHeight;
  }
}

customElements.define("template-editor", TemplateEditor);
