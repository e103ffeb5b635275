// <upload-file action>: a PDF by button or by dropping it, with progress; the server's answer, or its refusal, in words.
import { proof } from "../js/frame.js";
import { show, clear } from "../js/problems.js";

class UploadFile extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.input = this.querySelector('input[type="file"]');
    this.input.removeAttribute("name"); // it goes on its own, not with the form
    this.input.addEventListener("change", () => this.upload(this.input.files[0]));
    const zone = this.querySelector("[data-drop]");
    for (const type of ["dragover", "dragleave", "drop"]) zone.addEventListener(type, (event) => this.#dragged(event, zone));
  }

  upload(file) {
    this.input.value = "";
    if (!file) return;
    clear(this.form);
    if (file.size > Number(this.dataset.maxBytes)) return this.#refuse(this.dataset.tooLarge);
    const body = new FormData();
    body.set("composer_id", this.form.elements.composer_id.value);
    body.set("file", file);
    this.#send(body);
  }

  #send(body) {
    const request = new XMLHttpRequest(); // fetch() tells nothing about the way out
    request.open("POST", this.getAttribute("action"));
    for (const [name, value] of Object.entries(proof())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => this.#progress((100 * loaded) / total));
    request.addEventListener("load", () => this.#answered(request));
    request.addEventListener("error", () => this.#refuse(this.dataset.unreachable));
    this.#progress(0);
    request.send(body);
  }

  #answered({ status, responseText }) {
    this.#progress(null);
    if (status !== 200) return this.#refuse(sentence(responseText) || this.dataset.unreachable);
    this.querySelector("[data-result]").innerHTML = responseText;
    this.form.querySelector('[name="source"][value="upload"]').checked = true;
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #refuse(text) {
    this.#progress(null);
    show(this.form, { document: [text] });
  }

  #progress(percent) {
    const bar = this.querySelector("[data-progress]");
    bar.hidden = percent === null;
    bar.value = percent ?? 0;
  }

  #dragged(event, zone) {
    event.preventDefault();
    zone.classList.toggle("is-over", event.type === "dragover");
    if (event.type === "drop") this.upload(event.dataTransfer.files[0]);
  }
}

const sentence = (text) => {
  try {
    return JSON.parse(text).error;
  } catch {
    return "";
  }
};

customElements.define("upload-file", UploadFile);
