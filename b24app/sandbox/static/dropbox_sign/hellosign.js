/* A small stand-in of hellosign-embedded 2: new HelloSign({clientId}), open(signUrl, options), on, off, once, close.
   The same parameters in the frame's address, the same messages, the same events; no modal styling beyond the needed. */
(function define(root) {
  const FLAGS = { hideHeader: "hide_header", finalButtonText: "final_button_text", locale: "user_culture", redirectTo: "redirect_url", requestingEmail: "requester" };
  const EVENTS = { userSignRequest: "sign", userDeclineRequest: "decline", userReassignRequest: "reassign", error: "error" };
  const DEFAULTS = { allowCancel: true, debug: false, skipDomainVerification: false, testMode: false, timeout: 30000 };

  class HelloSign {
    constructor(options = {}) {
      this.base = options;
      this.handlers = new Map();
      this.listen = (event) => this.hear(event);
    }

    on(name, handler) {
      this.handlers.set(name, [...(this.handlers.get(name) || []), handler]);
      return this;
    }

    off(name, handler) {
      this.handlers.set(name, (this.handlers.get(name) || []).filter((one) => handler && one !== handler));
      return this;
    }

    once(name, handler) {
      const wrapped = (...told) => { this.off(name, wrapped); handler(...told); };
      return this.on(name, wrapped);
    }

    emit(name, ...told) {
      for (const handler of this.handlers.get(name) || []) handler(...told);
    }

    open(url, options = {}) {
      if (this.isOpen) this.close();
      this.options = { ...DEFAULTS, ...this.base, ...options };
      if (!this.options.clientId) throw new TypeError('"clientId" must be a string');
      this.url = this.address(url);
      this.element = this.markup();
      (this.options.container || document.body).append(this.element);
      this.isOpen = true;
      window.addEventListener("message", this.listen);
      if (this.options.timeout) this.timer = setTimeout(() => this.late(), this.options.timeout);
      this.emit("open", { url: this.url.href });
    }

    address(url) {
      const made = new URL(url);
      const { options } = this;
      const put = (name, value) => made.searchParams.append(name, value);
      put("client_id", options.clientId);
      put("debug", options.debug ? 1 : 0);
      put("parent_url", document.location.href);
      put("skip_domain_verification", options.skipDomainVerification || options.testMode ? 1 : 0);
      put("ux_version", "2");
      put("js_version", "2.12.4");
      for (const [name, parameter] of Object.entries(FLAGS)) if (name in options) put(parameter, options[name]);
      if (options.whiteLabeling) put("white_labeling_options", JSON.stringify(options.whiteLabeling));
      return made;
    }

    markup() {
      const inPage = Boolean(this.options.container);
      const box = document.createElement("div");
      box.className = "x-hellosign-embedded";
      box.style.cssText = inPage ? "width:100%;height:100%" : "position:fixed;inset:0;z-index:9999;background:rgb(0 0 0 / 60%);padding:24px";
      this.frame = Object.assign(document.createElement("iframe"), { className: "x-hellosign-embedded__iframe", name: "x-hellosign-embedded", src: this.url.href });
      this.frame.style.cssText = "width:100%;height:100%;border:0;background:#fff";
      box.append(this.frame);
      if (!inPage) box.append(this.closer());
      return box;
    }

    closer() {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "x-hellosign-embedded__modal-close-button", textContent: "×" });
      button.style.cssText = "position:absolute;top:4px;right:4px;width:40px;height:40px";
      button.onclick = () => (this.isReady && !this.isSigned ? this.tell("userCancelRequest") : this.close());
      return button;
    }

    tell(type, payload) {
      this.frame.contentWindow.postMessage({ type: `hellosign:${type}`, payload }, this.url.href);
    }

    hear(event) {
      if (event.origin !== this.url.origin || typeof event.data !== "object") return;
      this.emit("message", event.data);
      const type = String(event.data.type).replace("hellosign:", "");
      const { payload } = event.data;
      if (type === "verifyDomainRequest") this.tell("verifyDomainResponse", { token: payload.token });
      if (type === "initialize") this.began(payload);
      if (type === "userSignRequest") this.isSigned = true;
      if (EVENTS[type]) this.emit(EVENTS[type], payload);
      if (type === "userCancelRequest") { this.emit("cancel"); this.close(); }
      if (type === "userFinishRequest") { this.emit("finish"); this.close(); }
    }

    began(payload) {
      clearTimeout(this.timer);
      this.isReady = true;
      this.tell("configure", { allowCancel: this.options.allowCancel });
      this.emit("ready", payload);
    }

    late() {
      window.alert("Something went wrong when preparing your signature request. Please try again.");
      this.close();
    }

    close() {
      if (!this.isOpen) return;
      clearTimeout(this.timer);
      this.element.remove();
      window.removeEventListener("message", this.listen);
      this.isOpen = this.isReady = this.isSigned = false;
      this.emit("close");
    }
  }

  const made = HelloSign;
  if (typeof module === "object" && module.exports) module.exports = made;
  else root.HelloSign = made;
}(this));
