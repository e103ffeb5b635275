// <field-editor data-fields data-roles data-properties data-candidates data-action>: places of a document over the pictures
// of its pages (templates/fields/_editor.html). By mouse, finger and pen (js/placing-pointer.js), or by keyboard alone
// (js/placing-keys.js); what stands where is in js/placing-plan.js.
// `send(action, json)` hands the places in and resolves to { error, field } or null; who opens the editor sets it.
import { Keys } from "../js/placing-keys.js";
import { Panel } from "../js/placing-panel.js";
import { Plan } from "../js/placing-plan.js";
import { Hand, lay } from "../js/placing-pointer.js";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5];

class FieldEditor extends HTMLElement {
  #drawn = false;
  #boxes = new Map(); // id -> its box on the page

  connectedCallback() {
    const given = (name) => JSON.parse(this.dataset[name] || "[]");
    this.sheets = [...this.querySelectorAll("[data-page]")];
    const pages = this.sheets.map(({ dataset }) => ({ w: Number(dataset.w), h: Number(dataset.h) }));
    for (const { dataset, style } of this.sheets) {
      style.setProperty("--w", `${dataset.w}px`);
      style.setProperty("--h", `${dataset.h}px`);
    }
    this.roles = given("roles");
    this.plan = new Plan(given("fields"), pages);
    this.plan.words = { group: this.dataset.group, option: this.dataset.option };
    this.saved = JSON.stringify(this.plan);
    this.candidates = given("candidates");
    this.scroller = this.querySelector("[data-scroller]");
    this.panel = new Panel(this.querySelector("[data-panel]"), this.plan, given("properties"));
    this.signer = this.roles[0]?.signer ?? "1";
    this.armed = "";
    this.zoom = 1;
    this.hand = new Hand(this);
    this.keys = new Keys(this);
    this.#wire();
    this.#choose(this.signer);
    this.draw();
    this.#fitWhenShown();
    this.#offerCandidates();
  }

  // -- wiring -------------------------------------------------------------------------------------------------------

  #wire() {
    this.plan.addEventListener("changed", () => this.#later());
    this.plan.addEventListener("selected", () => this.#later());
    this.addEventListener("keydown", (event) => this.keys.key(event));
    this.addEventListener("click", (event) => this.#clicked(event));
    for (const radio of this.querySelectorAll("[data-role]")) radio.addEventListener("change", () => this.#choose(radio.value));
    for (const tool of this.querySelectorAll("[data-type]")) tool.addEventListener("pointerdown", (event) => this.hand.dragFresh(event, tool.dataset.type));
    this.scroller.addEventListener("pointerdown", (event) => this.hand.press(event));
    this.scroller.addEventListener("focusin", (event) => this.keys.focused(event));
  }

  #clicked(event) {
    const tool = event.target.closest("[data-type]");
    if (tool && !this.justDragged) this.#pick(tool.dataset.type, event.detail === 0);
    const act = event.target.closest("[data-do]")?.dataset;
    if (act) this.#do(act.do, act.with);
  }

  #do(what, how) {
    const ids = this.ids();
    const acts = {
      undo: () => this.plan.undo(),
      redo: () => this.plan.redo(),
      remove: () => this.removeChosen(),
      duplicate: () => this.plan.duplicate(ids),
      everywhere: () => this.plan.duplicateOnAllPages(ids),
      align: () => this.plan.align(how),
      distribute: () => this.plan.distribute(how),
      zoom: () => this.#zoomBy(Number(how)),
      save: () => this.save(),
      close: () => this.close(),
      take: () => this.take(this.candidates.map(({ id }) => id)),
      leave: () => this.take([]),
      clear: () => this.plan.remove(this.plan.fields.map(({ id }) => id)),
    };
    acts[what]?.();
  }

  ids() {
    return this.plan.chosen.map(({ id }) => id);
  }

  #choose(signer) {
    this.signer = signer;
    this.dataset.colour = this.colour(signer);
    for (const tool of this.querySelectorAll("[data-type]")) tool.disabled = signer === "approver" && !("approver" in tool.dataset);
    if (signer === "approver" && this.armed) this.arm("");
  }

  colour(signer) {
    return signer === "approver" ? "approver" : String(((Number(signer) - 1) % 6) + 1);
  }

  // -- placing ------------------------------------------------------------------------------------------------------

  /** By keyboard the place stands at once in the middle of what is visible; by pointer the next press on a page decides. */
  #pick(type, byKeyboard) {
    if (!byKeyboard) return this.arm(this.armed === type ? "" : type);
    const { page, x, y } = this.#middle();
    this.add(type, page, x, y);
    this.focusBox(this.ids()[0]);
  }

  arm(type) {
    this.armed = type;
    this.classList.toggle("is-armed", Boolean(type));
    for (const tool of this.querySelectorAll("[data-type]")) tool.setAttribute("aria-pressed", String(tool.dataset.type === type));
  }

  add(type, page, x, y) {
    const field = this.plan.add(type, this.signer, page, x, y);
    this.draw();
    this.say("placed", field);
    return field;
  }

  #middle() {
    const view = this.scroller.getBoundingClientRect();
    const middle = view.top + view.height / 2;
    const near = (sheet) => {
      const { top, bottom } = sheet.getBoundingClientRect();
      return middle < top ? top - middle : middle > bottom ? middle - bottom : 0;
    };
    const sheet = this.sheets.reduce((best, each) => (near(each) < near(best) ? each : best));
    const { w, h } = this.plan.pages[this.sheets.indexOf(sheet)];
    const box = sheet.getBoundingClientRect();
    const shift = (this.plan.fields.length % 8) * 14;
    return { page: Number(sheet.dataset.page), x: w / 2 + shift, y: Math.max(0, Math.min(h, ((middle - box.top) / box.height) * h)) + shift };
  }

  /** Where a pointer is: page and point, or null beside the pages. */
  spot({ clientX, clientY }) {
    const sheet = this.sheets.find((each) => {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    });
    if (!sheet) return null;
    const box = sheet.getBoundingClientRect();
    const scale = this.plan.pages[this.sheets.indexOf(sheet)].w / box.width;
    return { page: Number(sheet.dataset.page), x: (clientX - box.left) * scale, y: (clientY - box.top) * scale, scale };
  }

  removeChosen() {
    const ids = this.ids();
    const order = this.plan.ordered.map(({ id }) => id).filter((id) => !ids.includes(id) || id === ids[0]);
    const near = order[order.indexOf(ids[0]) + 1] ?? order[order.indexOf(ids[0]) - 1];
    this.plan.remove(ids);
    this.say("removed", null, ids.length);
    this.draw();
    if (near) this.focusBox(near);
    else this.querySelector("[data-type]:not(:disabled)").focus();
  }

  // -- drawing ------------------------------------------------------------------------------------------------------

  #later() {
    if (this.#drawn) requestAnimationFrame(() => this.draw());
    this.#drawn = false;
  }

  draw() {
    this.#drawn = true;
    const kept = new Set(this.plan.fields.map(({ id }) => id));
    for (const [id, box] of this.#boxes)
      if (!kept.has(id)) {
        box.remove();
        this.#boxes.delete(id);
      }
    const current = this.plan.chosen[0]?.id ?? this.plan.ordered[0]?.id;
    for (const field of this.plan.fields) this.#drawBox(field, field.id === current);
    this.panel.show();
    for (const [what, can] of [["undo", this.plan.canUndo], ["redo", this.plan.canRedo]]) this.querySelector(`[data-do=${what}]`).disabled = !can;
    const count = this.querySelector("[data-count]");
    count.textContent = count.dataset.text.replace("{n}", this.plan.fields.length);
    this.querySelector("[data-needs]").textContent = this.#needs();
  }

  #drawBox(field, isCurrent) {
    const layer = this.sheets[field.page - 1]?.querySelector("[data-layer]");
    if (!layer) return;
    const box = this.box(field.id) ?? this.#fresh(field);
    if (box.parentElement !== layer) layer.append(box);
    lay(box, field, this.plan.pages[field.page - 1]);
    const isSelected = this.plan.selected.has(field.id);
    box.className = `spot spot--${field.type} place--${this.colour(field.signer)}`;
    box.classList.toggle("is-selected", isSelected);
    box.classList.toggle("is-optional", !field.required);
    box.classList.toggle("is-conditional", Boolean(field.shown_when));
    box.tabIndex = isCurrent ? 0 : -1;
    box.setAttribute("aria-pressed", String(isSelected));
    const who = this.roles.find(({ signer }) => signer === field.signer)?.name ?? field.signer;
    const where = this.dataset.where.replace("{x}", Math.round(field.x_pt)).replace("{y}", Math.round(field.y_pt)).replace("{page}", field.page);
    box.setAttribute("aria-label", [this.word(field.type), field.label, who, where].filter(Boolean).join(", "));
    const text = [field.label || this.word(field.type), field.property ? "⇄" : ""].filter(Boolean).join(" ");
    const face = box.querySelector("[data-face]");
    if (face.textContent !== text) face.textContent = text;
  }

  #fresh(field) {
    const box = document.createElement("div");
    box.setAttribute("role", "button");
    box.dataset.id = field.id;
    box.dataset.testid = "spot";
    box.dataset.kind = field.type;
    const face = document.createElement("span");
    face.dataset.face = "";
    const handle = document.createElement("span");
    handle.dataset.handle = "";
    handle.className = "spot__handle";
    box.append(face, handle);
    this.#boxes.set(field.id, box);
    return box;
  }

  box(id) {
    return this.#boxes.get(id);
  }

  focusBox(id) {
    if (!this.plan.selected.has(id)) this.plan.select([id]);
    this.draw();
    const box = this.box(id);
    box?.focus({ preventScroll: true });
    box?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  word(type) {
    return this.querySelector(`[data-type="${type}"]`)?.dataset.word ?? type;
  }

  /** Name the signatories who have nothing to sign yet. */
  #needs() {
    const signing = new Set(this.plan.fields.filter(({ type }) => ["signature", "initials"].includes(type)).map(({ signer }) => signer));
    const missing = this.roles.filter(({ signer }) => !signing.has(signer)).map(({ name }) => name);
    return missing.length ? this.dataset.needs.replace("{names}", missing.join(", ")) : "";
  }

  say(what, field, count = 1) {
    const live = this.querySelector("[data-live]");
    const place = field ? this.dataset.where.replace("{x}", Math.round(field.x_pt)).replace("{y}", Math.round(field.y_pt)).replace("{page}", field.page) : count;
    live.textContent = `${live.dataset[what]} ${place}`;
  }

  // -- zoom ---------------------------------------------------------------------------------------------------------

  /** Made before it is shown it has no width yet. */
  #fitWhenShown() {
    if (this.scroller.clientWidth) return this.#fitZoom();
    const watcher = new ResizeObserver(() => {
      if (!this.scroller.clientWidth) return;
      watcher.disconnect();
      this.#fitZoom();
    });
    watcher.observe(this.scroller);
  }

  #fitZoom() {
    const width = this.scroller.clientWidth - 48;
    const widest = Math.max(...this.plan.pages.map(({ w }) => w));
    this.#setZoom(Math.max(0.3, Math.min(1.25, width / widest)));
  }

  #zoomBy(way) {
    const next = way > 0 ? ZOOMS.find((zoom) => zoom > this.zoom + 0.01) : ZOOMS.findLast((zoom) => zoom < this.zoom - 0.01);
    if (next) this.#setZoom(next);
  }

  #setZoom(zoom) {
    const { scrollTop, scrollHeight } = this.scroller;
    const at = scrollHeight ? scrollTop / scrollHeight : 0;
    this.zoom = zoom;
    this.style.setProperty("--zoom", zoom);
    this.querySelector("[data-zoom]").textContent = `${Math.round(zoom * 100)} %`;
    this.scroller.scrollTop = at * this.scroller.scrollHeight;
  }

  // -- candidates, saving -------------------------------------------------------------------------------------------

  #offerCandidates() {
    const bar = this.querySelector("[data-found]");
    bar.hidden = !this.candidates.length;
    if (!this.candidates.length) return;
    const text = bar.querySelector("[data-text]");
    text.textContent = text.dataset.text.replace("{n}", this.candidates.length);
    for (const field of this.candidates) {
      const box = document.createElement("button");
      Object.assign(box, { type: "button", className: `spot spot--found place--${this.colour(field.signer)}`, textContent: field.label || this.word(field.type) });
      box.dataset.candidate = field.id;
      box.dataset.testid = "candidate";
      box.addEventListener("click", () => this.take([field.id], true));
      const sheet = this.sheets[field.page - 1];
      if (!sheet) continue;
      lay(box, field, this.plan.pages[field.page - 1]);
      sheet.querySelector("[data-layer]").append(box);
    }
  }

  /** Take places found in the file; `keepOthers`: the rest stays on offer. */
  take(ids, keepOthers = false) {
    const taken = this.candidates.filter(({ id }) => ids.includes(id));
    this.candidates = keepOthers ? this.candidates.filter(({ id }) => !ids.includes(id)) : [];
    for (const box of this.querySelectorAll("[data-candidate]")) box.remove();
    if (taken.length) this.plan.adopt(taken);
    this.draw();
    this.#offerCandidates();
  }

  async save() {
    if (this.busy) return;
    this.busy = true;
    const button = this.querySelector("[data-do=save]");
    button.setAttribute("aria-disabled", "true");
    const problem = await this.send(this.dataset.action, JSON.stringify(this.plan)).catch(() => ({ error: this.dataset.unreachable }));
    button.setAttribute("aria-disabled", "false");
    this.busy = false;
    this.#complain(problem?.error ?? "");
    if (problem?.field && this.plan.get(problem.field)) this.focusBox(problem.field);
  }

  #complain(text) {
    const line = this.querySelector("[data-problem]");
    line.textContent = text;
    line.hidden = !text;
  }

  /** Nothing is thrown away without asking; the browser's own question does not work in a frame. */
  close() {
    const dialog = this.closest("dialog");
    const now = JSON.stringify(this.plan);
    if (now !== this.saved && now !== this.warnedOf) {
      this.warnedOf = now;
      return this.#complain(this.dataset.unsaved);
    }
    if (dialog) dialog.close();
    else this.dispatchEvent(new Event("editor:close", { bubbles: true }));
  }
}

customElements.define("field-editor", FieldEditor);
