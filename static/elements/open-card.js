// <open-card path="/crm/contact/details/41/">: its button opens a CRM card of the portal in a slider.
import { portal } from "../js/frame.js";

class OpenCard extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.open());
  }

  async open() {
    const b24 = await portal();
    if (b24) await b24.slider.openPath(b24.slider.getUrl(this.getAttribute("path"))).catch(() => {});
  }
}

customElements.define("open-card", OpenCard);
