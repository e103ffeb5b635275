// The field editor under mouse, finger and pen: placing, moving, resizing, framing. Works on the editor it is given.
import { snap } from "./placing-snap.js";

const DRAG_FROM_PX = 4;
const SNAP_PX = 6;

export class Hand {
  constructor(editor) {
    this.editor = editor;
  }

  dragFresh(event, type) {
    this.editor.justDragged = false;
    if (event.button || event.target.closest("[data-type]").disabled) return;
    let ghost = null;
    follow(event, {
      move: (now) => {
        ghost ??= this.#ghost(type);
        Object.assign(ghost.style, { left: `${now.clientX}px`, top: `${now.clientY}px` });
      },
      end: (last) => {
        ghost?.remove();
        this.editor.justDragged = Boolean(ghost);
        const spot = ghost && this.editor.spot(last);
        if (!spot) return;
        const field = this.editor.add(type, spot.page, spot.x, spot.y);
        this.editor.focusBox(field.id);
      },
    });
  }

  #ghost(type) {
    const ghost = document.createElement("div");
    ghost.className = `ghost place--${this.editor.colour(this.editor.signer)}`;
    ghost.textContent = this.editor.word(type);
    this.editor.append(ghost);
    return ghost;
  }

  press(event) {
    if (event.button) return;
    const candidate = event.target.closest("[data-candidate]");
    if (candidate) return this.editor.take([candidate.dataset.candidate], true);
    const box = event.target.closest("[data-id]");
    if (box) return this.#grab(event, box);
    const spot = this.editor.spot(event);
    if (!spot) return;
    if (this.editor.armed) return this.#stamp(event, spot);
    if (event.pointerType === "touch") {
      if (!event.shiftKey) this.editor.plan.select([]);
      return; // a finger scrolls the pages
    }
    this.#frame(event, spot);
  }

  #stamp(event, spot) {
    event.preventDefault();
    const field = this.editor.add(this.editor.armed, spot.page, spot.x, spot.y);
    if (!event.shiftKey) this.editor.arm("");
    this.editor.focusBox(field.id);
  }

  #grab(event, box) {
    const { id } = box.dataset;
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.editor.plan.toggle(id);
    else if (!this.editor.plan.selected.has(id)) this.editor.plan.select([id]);
    this.editor.draw();
    this.editor.pressing = true; // what is focused is not selected by that
    this.editor.box(id)?.focus({ preventScroll: true });
    this.editor.pressing = false;
    event.preventDefault();
    const resizes = event.target.closest("[data-handle]");
    const spot = this.editor.spot(event);
    if (spot) this.#drag(event, id, spot, resizes ? "resize" : "move");
  }

  #drag(event, id, spot, how) {
    const before = new Map(this.editor.plan.chosen.map((field) => [field.id, { ...field }]));
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
        if (moved) this.editor.say("moved", this.editor.plan.get(id));
      },
    });
  }

  #moveFrom(before, id, dx, dy, scale, key, isFree) {
    const origin = before.get(id);
    const page = this.editor.plan.pages[origin.page - 1];
    const others = this.editor.plan.fields.filter((field) => field.page === origin.page && !before.has(field.id));
    const target = { ...origin, x_pt: origin.x_pt + dx, y_pt: origin.y_pt + dy };
    const snapped = isFree ? { dx: 0, dy: 0, guides: [] } : snap(target, others, page, SNAP_PX * scale);
    this.editor.plan.change([...before.keys()], ({ id: each }) => ({ x_pt: before.get(each).x_pt + dx + snapped.dx, y_pt: before.get(each).y_pt + dy + snapped.dy }), key);
    this.#guides(snapped.guides, origin.page);
  }

  #resizeFrom(before, dx, dy, key) {
    this.editor.plan.change([...before.keys()], ({ id }) => ({ w_pt: Math.max(6, before.get(id).w_pt + dx), h_pt: Math.max(6, before.get(id).h_pt + dy) }), key);
  }

  /** Let go over another page, places of the page they came from go there. */
  #changePage(before, id, last, key) {
    const spot = this.editor.spot(last);
    const origin = before.get(id);
    if (!spot || spot.page === origin.page) return;
    const ids = [...before.values()].filter(({ page }) => page === origin.page).map((field) => field.id);
    const [x, y] = [spot.x - origin.w_pt / 2 - origin.x_pt, spot.y - origin.h_pt / 2 - origin.y_pt];
    this.editor.plan.change(ids, (field) => ({ page: spot.page, x_pt: before.get(field.id).x_pt + x, y_pt: before.get(field.id).y_pt + y }), key);
    this.editor.draw();
    this.editor.focusBox(id);
  }

  /** Draw a frame over empty ground: what it touches is selected. */
  #frame(event, spot) {
    const sheet = this.editor.sheets[spot.page - 1];
    const frame = document.createElement("div");
    frame.className = "sheet__frame";
    const page = this.editor.plan.pages[spot.page - 1];
    const kept = event.shiftKey ? this.editor.ids() : [];
    this.editor.plan.select(kept);
    follow(event, {
      move: (now) => {
        sheet.append(frame);
        const box = sheet.getBoundingClientRect();
        const [x, y] = [(now.clientX - box.left) * spot.scale, (now.clientY - box.top) * spot.scale];
        const area = { x_pt: Math.min(x, spot.x), y_pt: Math.min(y, spot.y), w_pt: Math.abs(x - spot.x), h_pt: Math.abs(y - spot.y) };
        lay(frame, area, page);
        const touched = this.editor.plan.fields.filter((field) => field.page === spot.page && overlap(field, area)).map(({ id }) => id);
        this.editor.plan.select([...kept, ...touched]);
      },
      end: () => frame.remove(),
    });
  }

  #guides(guides, page = 0) {
    for (const old of this.editor.querySelectorAll(".sheet__guide")) old.remove();
    const sheet = this.editor.sheets[page - 1];
    for (const { axis, at } of guides) {
      const line = document.createElement("div");
      line.className = `sheet__guide sheet__guide--${axis}`;
      const { w, h } = this.editor.plan.pages[page - 1];
      line.style[axis === "x" ? "left" : "top"] = `${(at / (axis === "x" ? w : h)) * 100}%`;
      sheet.append(line);
    }
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

export function lay(element, box, page) {
  Object.assign(element.style, {
    left: `${(box.x_pt / page.w) * 100}%`,
    top: `${(box.y_pt / page.h) * 100}%`,
    width: `${(box.w_pt / page.w) * 100}%`,
    height: `${(box.h_pt / page.h) * 100}%`,
  });
}

const overlap = (a, b) => a.x_pt < b.x_pt + b.w_pt && b.x_pt < a.x_pt + a.w_pt && a.y_pt < b.y_pt + b.h_pt && b.y_pt < a.y_pt + a.h_pt;
