/* The page inside the frame: hellosign-embedded's messages, both ways. */
const ENDS = { signed: "userSignRequest", declined: "userDeclineRequest", reassigned: "userReassignRequest" };

class EmbeddedSession extends HTMLElement {
  connectedCallback() {
    this.token = crypto.randomUUID();
    window.addEventListener("message", (event) => this.hear(event));
    const { state } = this.dataset;
    const cancel = this.part("cancel");
    if (cancel) cancel.onclick = () => this.tell("userCancelRequest");
    if (state === "opened") this.begin();
    if (ENDS[state]) this.finish(ENDS[state]);
  }

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  tell(type, payload) {
    if (window.parent !== window) window.parent.postMessage({ type: `hellosign:${type}`, payload }, this.dataset.parent);
  }

  begin() {
    if (this.dataset.checked === "true") this.tell("verifyDomainRequest", { token: this.token });
    else this.ready();
  }

  hear(event) {
    if (event.source !== window.parent || typeof event.data !== "object") return;
    const { type, payload } = event.data;
    if (type === "hellosign:verifyDomainResponse" && payload.token === this.token) this.judge(event.origin);
    if (type === "hellosign:configure") this.configure(payload);
    if (type === "hellosign:userCancelRequest") this.tell("userCancelRequest");
  }

  judge(origin) {
    const { hostname } = new URL(origin);
    const known = JSON.parse(this.dataset.domains).some((one) => hostname === one || hostname.endsWith(`.${one}`));
    if (known) return this.ready();
    this.part("foreign").hidden = false;
    return this.tell("error", { code: "invalid_domain", signatureId: this.dataset.signatureId });
  }

  ready() {
    this.part("content").hidden = false;
    this.tell("initialize", { signatureId: this.dataset.signatureId });
  }

  configure({ allowCancel }) {
    this.part("cancel").hidden = !allowCancel;
    if (allowCancel) for (const form of this.querySelectorAll("form")) form.action += "?cancel=1";
  }

  finish(type) {
    this.tell(type, JSON.parse(this.dataset.told));
    if (this.dataset.redirect) window.location.replace(this.dataset.redirect);
    this.part("close").onclick = () => this.tell("userFinishRequest");
  }
}

customElements.define("embedded-session", EmbeddedSession);
