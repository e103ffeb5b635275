// <field-editor data-fields data-roles data-properties data-candidates data-action>: places of a document over the pictures
// of its pages (templates/fields/_editor.html). By mouse, finger, pen, or by keyboard alone:
//   arrows move by 1 pt, with shift by 10; with alt they resize; tab goes from place to place, enter opens the properties.
// `send(action, json)` hands the places in and resolves to { error, field } or null; who opens the editor sets it.
import { Panel } from "../js/placing-panel.js";
import { Plan } from "../js/placing-plan.js";
import { snap } from "../js/placing-snap.js";

const DRAG_FROM_PX = 4;
const SNAP_PX = 6;
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

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
    this.#wire();
    this.#choose(this.signer);
    this.#draw();
    this.#fitWhenShown();
    this.#offerCandidates();
  }

  // -- wiring -------------------------------------------------------------------------------------------------------

  #wire() {
    this.plan.addEventListener("changed", () => this.#later());
    this.plan.addEventListener("selected", () => this.#later());
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => this.#clicked(event));
    for (const radio of this.querySelectorAll("[data-role]")) radio.addEventListener("change", () => this.#choose(radio.value));
    for (const tool of this.querySelectorAll("[data-type]")) tool.addEventListener("pointerdown", (event) => this.#dragFresh(event, tool.dataset.type));
    this.scroller.addEventListener("pointerdown", (event) => this.#press(event));
    this.scroller.addEventListener("focusin", (event) => this.#focused(event));
  }

  #clicked(event) {
    const tool = event.target.closest("[data-type]");
    if (tool && !this.justDragged) this.#pick(tool.dataset.type, event.detail === 0);
    const act = event.target.closest("[data-do]")?.dataset;
    if (act) this.#do(act.do, act.with);
  }

  #do(what, how) {
    const ids = this.#ids();
    const acts = {
      undo: () => this.plan.undo(),
      redo: () => this.plan.redo(),
      remove: () => this.#remove(),
      duplicate: () => this.plan.duplicate(ids),
      everywhere: () => this.plan.duplicateOnAllPages(ids),
      align: () => this.plan.align(how),
      distribute: () => this.plan.distribute(how),
      zoom: () => this.#zoomBy(Number(how)),
      save: () => this.#save(),
      close: () => this.#close(),
      take: () => this.#take(this.candidates.map(({ id }) => id)),
      leave: () => this.#take([]),
      clear: () => this.plan.remove(this.plan.fields.map(({ id }) => id)),
    };
    acts[what]?.();
  }

  #ids() {
    return this.plan.chosen.map(({ id }) => id);
  }

  #choose(signer) {
    this.signer = signer;
    this.dataset.colour = this.#colour(signer);
    for (const tool of this.querySelectorAll("[data-type]")) tool.disabled = signer === "approver" && !("approver" in tool.dataset);
    if (signer === "approver" && this.armed) this.#arm("");
  }

  #colour(signer) {
    return signer === "approver" ? "approver" : String(((Number(signer) - 1) % 6) + 1);
  }

  // -- placing ------------------------------------------------------------------------------------------------------

  /** By keyboard the place stands at once in the middle of what is visible; by pointer the next press on a page decides. */
  #pick(type, byKeyboard) {
    if (!byKeyboard) return this.#arm(this.armed === type ? "" : type);
    const { page, x, y } = this.#middle();
    this.#add(type, page, x, y);
    this.#focusBox(this.#ids()[0]);
  }

  #arm(type) {
    this.armed = type;
    this.classList.toggle("is-armed", Boolean(type));
    for (const tool of this.querySelectorAll("[data-type]")) tool.setAttribute("aria-pressed", String(tool.dataset.type === type));
  }

  #add(type, page, x, y) {
    const field = this.plan.add(type, this.signer, page, x, y);
    this.#draw();
    this.#say("placed", field);
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
  #spot({ clientX, clientY }) {
    const sheet = this.sheets.find((each) => {
      const { left, right, top, bottom } = each.getBoundingClientRect();
      return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    });
    if (!sheet) return null;
    const box = sheet.getBoundingClientRect();
    const scale = this.plan.pages[this.sheets.indexOf(sheet)].w / box.width;
    return { page: Number(sheet.dataset.page), x: (clientX - box.left) * scale, y: (clientY - box.top) * scale, scale };
  }

  #dragFresh(event, type) {
    this.justDragged = false;
    if (event.button || event.target.closest("[data-type]").disabled) return;
    let ghost = null;
    follow(event, {
      move: (now) => {
        ghost ??= this.#ghost(type);
        Object.assign(ghost.style, { left: `${now.clientX}px`, top: `${now.clientY}px` });
      },
      end: (last) => {
        ghost?.remove();
        this.justDragged = Boolean(ghost);
        const spot = ghost && this.#spot(last);
        if (!spot) return;
        const field = this.#add(type, spot.page, spot.x, spot.y);
        this.#focusBox(field.id);
      },
    });
  }

  #ghost(type) {
    const ghost = document.createElement("div");
    ghost.className = `ghost place--${this.#colour(this.signer)}`;
    ghost.textContent = this.#word(type);
    this.append(ghost);
    return ghost;
  }

  // -- pointer on the pages -----------------------------------------------------------------------------------------

  #press(event) {
    if (event.button) return;
    const candidate = event.target.closest("[data-candidate]");
    if (candidate) return this.#take([candidate.dataset.candidate], true);
    const box = event.target.closest("[data-id]");
    if (box) return this.#grab(event, box);
    const spot = this.#spot(event);
    if (!spot) return;
    if (this.armed) return this.#stamp(event, spot);
    if (event.pointerType === "touch") {
      if (!event.shiftKey) this.plan.select([]);
      return; // a finger scrolls the pages
    }
    this.#frame(event, spot);
  }

  #stamp(event, spot) {
    event.preventDefault();
    const field = this.#add(this.armed, spot.page, spot.x, spot.y);
    if (!event.shiftKey) this.#arm("");
    this.#focusBox(field.id);
  }

  #grab(event, box) {
    const { id } = box.dataset;
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.plan.toggle(id);
    else if (!this.plan.selected.has(id)) this.plan.select([id]);
    this.#draw();
    this.pressing = true; // what is focused is not selected by that
    this.#box(id)?.focus({ preventScroll: true });
    this.pressing = false;
    event.preventDefault();
    const resizes = event.target.closest("[data-handle]");
    const spot = this.#spot(event);
    if (spot) this.#drag(event, id, spot, resizes ? "resize" : "move");
  }

  #drag(event, id, spot, how) {
    const before = new Map(this.plan.chosen.map((field) => [field.id, { ...field }]));
    const key = `${how}-${event.pointerId}-${event.timeStamp}`;
    const scale = spot.scale;
    follow(event, {
      move: (now) => {
        const [dx, dy] = [(now.clientX - event.clientX) * scale, (now.clientY - event.clientY) * scale];
        if (how === "resize") this.#resizeFrom(before, dx, dy, key);
        else this.#moveFrom(before, id, dx, dy, scale, key, now.altKey);
      },
      end: (last, moved) => {
        this.#guides([]);
        if (moved && how === "move") this.#changePage(before, id, last, key);
        if (moved) this.#say("moved", this.plan.get(id));
      },
    });
  }

  #moveFrom(before, id, dx, dy, scale, key, isFree) {
    const origin = before.get(id);
    const page = this.plan.pages[origin.page - 1];
    const others = this.plan.fields.filter((field) => field.page === origin.page && !before.has(field.id));
    const target = { ...origin, x_pt: origin.x_pt + dx, y_pt: origin.y_pt + dy };
    const snapped = isFree ? { dx: 0, dy: 0, guides: [] } : snap(target, others, page, SNAP_PX * scale);
    this.plan.change([...before.keys()], ({ id: each }) => ({ x_pt: before.get(each).x_pt + dx + snapped.dx, y_pt: before.get(each).y_pt + dy + snapped.dy }), key);
    this.#guides(snapped.guides, origin.page);
  }

  #resizeFrom(before, dx, dy, key) {
    this.plan.change([...before.keys()], ({ id }) => ({ w_pt: Math.max(6, before.get(id).w_pt + dx), h_pt: Math.max(6, before.get(id).h_pt + dy) }), key);
  }

  /** Let go over another page, places of the page they came from go there. */
  #changePage(before, id, last, key) {
    const spot = this.#spot(last);
    const origin = before.get(id);
    if (!spot || spot.page === origin.page) return;
    const ids = [...before.values()].filter(({ page }) => page === origin.page).map((field) => field.id);
    const [x, y] = [spot.x - origin.w_pt / 2 - origin.x_pt, spot.y - origin.h_pt / 2 - origin.y_pt];
    this.plan.change(ids, (field) => ({ page: spot.page, x_pt: before.get(field.id).x_pt + x, y_pt: before.get(field.id).y_pt + y }), key);
    this.#draw();
    this.#focusBox(id);
  }

  /** Draw a frame over empty ground: what it touches is selected. */
  #frame(event, spot) {
    const sheet = this.sheets[spot.page - 1];
    const frame = document.createElement("div");
    frame.className = "sheet__frame";
    const page = this.plan.pages[spot.page - 1];
    const kept = event.shiftKey ? this.#ids() : [];
    this.plan.select(kept);
    follow(event, {
      move: (now) => {
        sheet.append(frame);
        const box = sheet.getBoundingClientRect();
        const [x, y] = [(now.clientX - box.left) * spot.scale, (now.clientY - box.top) * spot.scale];
        const area = { x_pt: Math.min(x, spot.x), y_pt: Math.min(y, spot.y), w_pt: Math.abs(x - spot.x), h_pt: Math.abs(y - spot.y) };
        lay(frame, area, page);
        const touched = this.plan.fields.filter((field) => field.page === spot.page && overlap(field, area)).map(({ id }) => id);
        this.plan.select([...kept, ...touched]);
      },
      end: () => frame.remove(),
    });
  }

  #guides(guides, page = 0) {
    for (const old of this.querySelectorAll(".sheet__guide")) old.remove();
    const sheet = this.sheets[page - 1];
    for (const { axis, at } of guides) {
      const line = document.createElement("div");
      line.className = `sheet__guide sheet__guide--${axis}`;
      const { w, h } = this.plan.pages[page - 1];
      line.style[axis === "x" ? "left" : "top"] = `${(at / (axis === "x" ? w : h)) * 100}%`;
      sheet.append(line);
    }
  }

  // -- keyboard -----------------------------------------------------------------------------------------------------

  #key(event) {
    const typing = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (event.key === "Escape") return this.#escape(event, typing);
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "s") return this.#took(event, () => this.#save());
    if (typing) return;
    if (command && event.key.toLowerCase() === "z") return this.#took(event, () => (event.shiftKey ? this.plan.redo() : this.plan.undo()));
    if (command && event.key.toLowerCase() === "y") return this.#took(event, () => this.plan.redo());
    if (command && event.key === "v") return this.#took(event, () => this.plan.paste());
    if (event.target.closest("[data-id]")) this.#keyOnBox(event, command);
  }

  #keyOnBox(event, command) {
    const ids = this.#ids();
    if (event.key in ARROWS) return this.#took(event, () => this.#arrow(event, ids));
    if (event.key === "Tab") return this.#tab(event);
    if (event.key === "Enter") return this.#took(event, () => this.panel.focus());
    if (event.key === " ") return this.#took(event, () => this.plan.toggle(event.target.closest("[data-id]").dataset.id));
    if (event.key === "Delete" || event.key === "Backspace") return this.#took(event, () => this.#remove());
    if (!command) return;
    if (event.key.toLowerCase() === "d") this.#took(event, () => this.plan.duplicate(ids));
    if (event.key.toLowerCase() === "a") this.#took(event, () => this.#selectPage());
    if (event.key.toLowerCase() === "c") this.#took(event, () => this.plan.copy());
  }

  #took(event, act) {
    event.preventDefault();
    act();
    this.#draw();
    const [first] = this.#ids();
    const focused = document.activeElement?.closest("[data-id]")?.dataset.id;
    const isOnBox = event.target.closest("[data-id]") && event.key !== " " && event.key !== "Enter";
    if (isOnBox && first && !this.plan.selected.has(focused)) this.#focusBox(first);
  }

  #arrow(event, ids) {
    const step = event.shiftKey ? 10 : 1;
    const [dx, dy] = ARROWS[event.key].map((way) => way * step);
    if (event.altKey) this.plan.resize(ids, dx, dy, `keys-size-${ids}`);
    else this.plan.move(ids, dx, dy, `keys-move-${ids}`);
    this.#say("moved", this.plan.get(event.target.closest("[data-id]").dataset.id));
  }

  /** Tab goes through the places in reading order, and beyond the last one out of the pages. */
  #tab(event) {
    const order = this.plan.ordered.map(({ id }) => id);
    const next = order[order.indexOf(event.target.closest("[data-id]").dataset.id) + (event.shiftKey ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    this.#focusBox(next);
  }

  #focused(event) {
    const box = event.target.closest("[data-id]");
    if (box && !this.plan.selected.has(box.dataset.id) && !this.pressing) this.plan.select([box.dataset.id]);
  }

  #escape(event, typing) {
    event.preventDefault();
    event.stopPropagation();
    if (this.armed) return this.#arm("");
    const [first] = this.#ids();
    if (typing && first) return this.#focusBox(first);
    if (first) {
      this.plan.select([]);
      return this.querySelector("[data-type]:not(:disabled)").focus();
    }
    this.#close();
  }

  #selectPage() {
    const page = this.plan.chosen[0]?.page;
    this.plan.select(this.plan.fields.filter((field) => field.page === page).map(({ id }) => id));
  }

  #remove() {
    const ids = this.#ids();
    const order = this.plan.ordered.map(({ id }) => id).filter((id) => !ids.includes(id) || id === ids[0]);
    const near = order[order.indexOf(ids[0]) + 1] ?? order[order.indexOf(ids[0]) - 1];
    this.plan.remove(ids);
    this.#say("removed", null, ids.length);
    this.#draw();
    if (near) this.#focusBox(near);
    else this.querySelector("[data-type]:not(:disabled)").focus();
  }

  // -- drawing ------------------------------------------------------------------------------------------------------

  #later() {
    if (this.#drawn) requestAnimationFrame(() => this.#draw());
    this.#drawn = false;
  }

  #draw() {
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
    const box = this.#box(field.id) ?? this.#fresh(field);
    if (box.parentElement !== layer) layer.append(box);
    lay(box, field, this.plan.pages[field.page - 1]);
    const isSelected = this.plan.selected.has(field.id);
    box.className = `spot spot--${field.type} place--${this.#colour(field.signer)}`;
    box.classList.toggle("is-selected", isSelected);
    box.classList.toggle("is-optional", !field.required);
    box.classList.toggle("is-conditional", Boolean(field.shown_when));
    box.tabIndex = isCurrent ? 0 : -1;
    box.setAttribute("aria-pressed", String(isSelected));
    const who = this.roles.find(({ signer }) => signer === field.signer)?.name ?? field.signer;
    const where = this.dataset.where.replace("{x}", Math.round(field.x_pt)).replace("{y}", Math.round(field.y_pt)).replace("{page}", field.page);
    box.setAttribute("aria-label", [this.#word(field.type), field.label, who, where].filter(Boolean).join(", "));
    const text = [field.label || this.#word(field.type), field.property ? "⇄" : ""].filter(Boolean).join(" ");
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

  #box(id) {
    return this.#boxes.get(id);
  }

  #focusBox(id) {
    if (!this.plan.selected.has(id)) this.plan.select([id]);
    this.#draw();
    const box = this.#box(id);
    box?.focus({ preventScroll: true });
    box?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #word(type) {
    return this.querySelector(`[data-type="${type}"]`)?.dataset.word ?? type;
  }

  /** Name the signatories who have nothing to sign yet. */
  #needs() {
    const signing = new Set(this.plan.fields.filter(({ type }) => ["signature", "initials"].includes(type)).map(({ signer }) => signer));
    const missing = this.roles.filter(({ signer }) => !signing.has(signer)).map(({ name }) => name);
    return missing.length ? this.dataset.needs.replace("{names}", missing.join(", ")) : "";
  }

  #say(what, field, count = 1) {
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
      Object.assign(box, { type: "button", className: `spot spot--found place--${this.#colour(field.signer)}`, textContent: field.label || this.#word(field.type) });
      box.dataset.candidate = field.id;
      box.dataset.testid = "candidate";
      box.addEventListener("click", () => this.#take([field.id], true));
      const sheet = this.sheets[field.page - 1];
      if (!sheet) continue;
      lay(box, field, this.plan.pages[field.page - 1]);
      sheet.querySelector("[data-layer]").append(box);
    }
  }

  /** Take places found in the file; `keepOthers`: the rest stays on offer. */
  #take(ids, keepOthers = false) {
    const taken = this.candidates.filter(({ id }) => ids.includes(id));
    this.candidates = keepOthers ? this.candidates.filter(({ id }) => !ids.includes(id)) : [];
    for (const box of this.querySelectorAll("[data-candidate]")) box.remove();
    if (taken.length) this.plan.adopt(taken);
    this.#draw();
    this.#offerCandidates();
  }

  async #save() {
    if (this.busy) return;
    this.busy = true;
    const button = this.querySelector("[data-do=save]");
    button.setAttribute("aria-disabled", "true");
    const problem = await this.send(this.dataset.action, JSON.stringify(this.plan)).catch(() => ({ error: this.dataset.unreachable }));
    button.setAttribute("aria-disabled", "false");
    this.busy = false;
    this.#complain(problem?.error ?? "");
    if (problem?.field && this.plan.get(problem.field)) this.#focusBox(problem.field);
  }

  #complain(text) {
    const line = this.querySelector("[data-problem]");
    line.textContent = text;
    line.hidden = !text;
  }

  /** Nothing is thrown away without asking; the browser's own question does not work in a frame. */
  #close() {
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

/** Follow a pointer until it is let go. `move` begins after a few pixels; `end(last, moved)`. */
function follow(event, { move, end }) {
  let moved = false;
  const onMove = (now) => {
    if (now.pointerId !== event.pointerId) return;
    moved ||= Math.hypot(now.clientX - event.clientX, now.clientY - event.clientY) > DRAG_FROM_PX;
    if (moved) move(now);
  };
  const onEnd = (last) => {
    if (last.pointerId !== event.pointerId) return;
    for (const [type, handler] of handlers) removeEventListener(type, handler);
    end(last, moved);
  };
  const handlers = [["pointermove", onMove], ["pointerup", onEnd], ["pointercancel", onEnd]];
  for (const [type, handler] of handlers) addEventListener(type, handler);
}

function lay(element, box, page) {
  Object.assign(element.style, {
    left: `${(box.x_pt / page.w) * 100}%`,
    top: `${(box.y_pt / page.h) * 100}%`,
    width: `${(box.w_pt / page.w) * 100}%`,
    height: `${(box.h_pt / page.h) * 100}%`,
  });
}

const overlap = (a, b) => a.x_pt < b.x_pt + b.w_pt && b.x_pt < a.x_pt + a.w_pt && a.y_pt < b.y_pt + b.h_pt && b.y_pt < a.y_pt + a.h_pt;

customElements.define("field-editor", FieldEditor);
