// <signature-field>: draw, type, upload a signature, or take the one kept. templates/signing/signature_field.html writes
// its markup, translated and usable without scripts; this adds the drawing surface, previews and validity.
//
// Attributes: name (default "signature"), modes, required. Fields it sends: <name>_kind, <name>_image (PNG data URL),
// <name>_text, <name>_file. Emits "change". The typing mode is the way for keyboards.
import SignaturePad from "../vendor/signature_pad-5.1.4/signature_pad.min.js";
import { inkLength, pictureOfFile, pictureOfStrokes } from "./signature-ink.js";

const ENOUGH_INK = 40; // CSS pixels of line

class SignatureField extends HTMLElement {
  static formAssociated = true;

  #internals = this.attachInternals();
  #pad = null;
  #width = 0;
  #resize = new ResizeObserver(() => this.#fit());

  connectedCallback() {
    if (this.#pad) return;
    this.tabIndex = -1; // the browser focuses the element when its validity stops a form
    this.#wireCanvas();
    this.#wireModes();
    this.#part("text")?.addEventListener("input", () => this.#changed());
    this.#part("file")?.addEventListener("change", () => this.#readFile());
    this.querySelector("[data-clear]")?.addEventListener("click", () => this.clear());
    this.querySelector("[data-undo]")?.addEventListener("click", () => this.undo());
    this.addEventListener("focus", () => this.#focusMode());
    this.addEventListener("change", (event) => event.target !== this && event.stopPropagation());
    this.#show();
  }

  disconnectedCallback() {
    this.#resize.disconnect();
  }

  formResetCallback() {
    this.clear();
  }

  get kind() {
    return this.querySelector(`input[name="${this.#name}_kind"]:checked`)?.value ?? "";
  }

  get isEmpty() {
    if (this.kind === "draw") return inkLength(this.#pad.toData()) < ENOUGH_INK;
    if (this.kind === "type") return !this.#part("text").value.trim();
    if (this.kind === "upload") return !this.#part("image").value;
    return this.kind !== "saved";
  }

  /** Wipe what the present mode holds. */
  clear() {
    if (this.kind === "type") this.#part("text").value = "";
    if (this.kind === "upload") this.#part("file").value = "";
    this.#pad?.clear();
    this.#preview("");
    this.#changed();
  }

  /** Take the last stroke back. */
  undo() {
    this.#pad.fromData(this.#pad.toData().slice(0, -1));
    this.#changed();
  }

  get #name() {
    return this.getAttribute("name") ?? "signature";
  }

  #part(what) {
    return this.querySelector(`[name="${this.#name}_${what}"]`);
  }

  #wireCanvas() {
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    this.#pad = new SignaturePad(canvas, { penColor: this.#ink, minWidth: 0.9, maxWidth: 2.8 });
    this.#pad.addEventListener("endStroke", () => this.#changed());
    this.#resize.observe(canvas);
  }

  get #ink() {
    return getComputedStyle(this).getPropertyValue("--ink").trim() || "black";
  }

  #wireModes() {
    const wanted = (this.getAttribute("modes") ?? "draw type upload").split(/\s+/);
    const first = wanted.includes("saved") ? "saved" : wanted[0];
    for (const radio of this.querySelectorAll(`input[name="${this.#name}_kind"]`)) {
      radio.checked = radio.value === first;
      radio.addEventListener("change", () => this.#show());
    }
  }

  #show() {
    for (const panel of this.querySelectorAll("[data-mode]")) panel.hidden = panel.dataset.mode !== this.kind;
    this.#fit();
    if (this.kind !== "upload" || !this.#part("file").value) this.#preview("");
    this.#changed();
  }

  #focusMode() {
    const panel = this.querySelector(`[data-mode="${this.kind}"]`);
    panel?.querySelector("input:not([type=hidden]), canvas")?.focus();
  }

  /** Keep the drawing sharp and in proportion when its surface changes size. */
  #fit() {
    const canvas = this.querySelector("canvas");
    const width = canvas?.clientWidth;
    if (!width || width === this.#width) return;
    const scale = this.#width ? width / this.#width : 1;
    this.#width = width;
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const strokes = this.#pad.toData();
    canvas.width = width * ratio;
    canvas.height = canvas.clientHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    for (const point of strokes.flatMap((stroke) => stroke.points)) Object.assign(point, { x: point.x * scale, y: point.y * scale });
    this.#pad.fromData(strokes);
  }

  async #readFile() {
    const file = this.#part("file").files[0];
    this.#preview("");
    try {
      if (file) this.#preview(await pictureOfFile(file));
      this.#say("");
    } catch {
      this.#part("file").value = "";
      this.#say(this.dataset.notPicture);
    }
    this.#changed();
  }

  #preview(url) {
    const image = this.querySelector("[data-preview]");
    if (image) {
      image.hidden = !url;
      if (url) image.src = url;
      else image.removeAttribute("src");
    }
    this.#part("image").value = url;
  }

  #say(text) {
    const problem = this.querySelector("[data-problem]");
    if (problem) problem.textContent = text;
  }

  #changed() {
    const { kind, isEmpty } = this;
    if (kind === "draw") this.#part("image").value = isEmpty ? "" : pictureOfStrokes(this.#pad.toData(), this.#ink);
    const typed = this.querySelector("[data-typed]");
    if (typed) typed.textContent = this.#part("text").value;
    for (const button of this.querySelectorAll("[data-undo], [data-clear]")) button.disabled = this.#pad?.isEmpty() ?? true;
    this.toggleAttribute("data-filled", !isEmpty);
    this.#internals.setValidity(isEmpty && this.hasAttribute("required") ? { valueMissing: true } : {}, this.dataset.missing || " ");
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("signature-field", SignatureField);
