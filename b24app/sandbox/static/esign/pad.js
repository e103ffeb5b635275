/* <signature-pad data-name="…">: draw with finger, pen or mouse; the hidden input of that name gets a PNG data URL. */
class SignaturePad extends HTMLElement {
  connectedCallback() {
    this.canvas = document.createElement("canvas");
    this.canvas.width = 600;
    this.canvas.height = 180;
    const clear = Object.assign(document.createElement("button"), { type: "button", textContent: "Clear" });
    clear.dataset.testid = `${this.dataset.testid}-clear`;
    clear.onclick = () => this.clear();
    this.append(this.canvas, clear);
    this.pen = this.canvas.getContext("2d");
    Object.assign(this.pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#123a7a" });
    this.canvas.onpointerdown = (event) => this.begin(event);
    this.canvas.onpointermove = (event) => this.draw(event);
    this.canvas.onpointerup = () => this.end();
  }

  get target() {
    return this.closest("form").elements[this.dataset.name];
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const across = this.canvas.width / box.width;
    const down = this.canvas.height / box.height;
    return [(event.clientX - box.left) * across, (event.clientY - box.top) * down];
  }

  begin(event) {
    this.drawing = true;
    this.canvas.setPointerCapture(event.pointerId);
    this.pen.beginPath();
    this.pen.moveTo(...this.place(event));
  }

  draw(event) {
    if (!this.drawing) return;
    this.pen.lineTo(...this.place(event));
    this.pen.stroke();
  }

  end() {
    this.drawing = false;
    this.target.value = this.canvas.toDataURL("image/png");
  }

  clear() {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.target.value = "";
  }
}

customElements.define("signature-pad", SignaturePad);

for (const input of document.querySelectorAll("input[type=file][data-fills]")) {
  input.addEventListener("change", () => {
    const reader = new FileReader();
    reader.onload = () => { input.form.elements[input.dataset.fills].value = reader.result; };
    reader.readAsDataURL(input.files[0]);
  });
}
