// <close-frame>: its button closes the slider. Around a form (a tab cannot close) it refreshes the card, then lets the form go.
import { portal } from "../js/frame.js";

class CloseFrame extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    if (form) form.addEventListener("submit", () => this.refreshCard());
    else this.querySelector("button").addEventListener("click", () => this.close());
  }

  async close() {
    const b24 = await portal();
    await b24?.parent.closeApplication();
  }

  async refreshCard() {
    const b24 = await portal();
    b24?.placement.call("reloadData").catch(() => {});
  }
}

customElements.define("close-frame", CloseFrame);
