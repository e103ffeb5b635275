// The places of a document while they are edited: what stands where, what is selected, what can be undone. No DOM.
// Units: points from the top-left of the page as displayed. `pages`: [{ w, h }, ...].

const MOST_STEPS = 100;
const SMALLEST = 6;
export const BOX = ["x_pt", "y_pt", "w_pt", "h_pt"];

/** What a fresh place of a type looks like: [width, height, more]. */
const FRESH = {
  signature: [160, 40],
  initials: [64, 32],
  date: [110, 16],
  name: [160, 16],
  company: [160, 16],
  title: [140, 16],
  email: [160, 16],
  text: [160, 16],
  number: [80, 16],
  day: [110, 16],
  checkbox: [12, 12, { required: false }],
  radio: [12, 12],
  dropdown: [140, 16],
  image: [120, 60],
  attachment: [180, 16],
};

export class Plan extends EventTarget {
  #past = [];
  #future = [];
  #copied = [];

  constructor(fields, pages) {
    super();
    this.fields = fields.map((field) => ({ ...field }));
    this.pages = pages;
    this.selected = new Set();
  }

  get(id) {
    return this.fields.find((field) => field.id === id);
  }

  get chosen() {
    return this.fields.filter((field) => this.selected.has(field.id));
  }

  /** Everything in reading order. */
  get ordered() {
    return [...this.fields].sort((a, b) => a.page - b.page || Math.round(a.y_pt / 8) - Math.round(b.y_pt / 8) || a.x_pt - b.x_pt);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  select(ids, add = false) {
    const before = add ? this.selected : [];
    this.selected = new Set([...before, ...ids].filter((id) => this.get(id)));
    this.#tell("selected");
  }

  toggle(id) {
    if (!this.selected.delete(id)) this.selected.add(id);
    this.#tell("selected");
  }

  /** Put a fresh place with its middle at a point; returns it. */
  add(type, signer, page, x, y, more = {}) {
    const [w, h, usual] = FRESH[type];
    const field = { id: this.#freshId(type, signer), signer, type, page, x_pt: x - w / 2, y_pt: y - h / 2, w_pt: w, h_pt: h, required: true, label: "", font_size_pt: 10, ...usual, ...more };
    if (type === "radio" && !field.group) this.#joinGroup(field);
    this.#keepInside(field);
    this.#step();
    this.fields.push(field);
    this.select([field.id]);
    this.#tell();
    return field;
  }

  /** Take places as they are (found in the file), each under an id of its own. */
  adopt(found) {
    this.#step();
    const taken = found.map((field) => ({ ...field, id: this.get(field.id) ? this.#freshId(field.type, field.signer) : field.id }));
    this.fields.push(...taken);
    this.select(taken.map((field) => field.id));
    this.#tell();
  }

  /** Change several places. `key` joins changes of one kind in a row into one step of undo. */
  change(ids, changes, key = "") {
    if (!ids.length) return;
    this.#step(key);
    for (const field of this.fields.filter(({ id }) => ids.includes(id))) {
      Object.assign(field, typeof changes === "function" ? changes(field) : changes);
      this.#keepInside(field);
    }
    this.#tell();
  }

  move(ids, dx, dy, key = "move") {
    const { left, top, right, bottom } = this.#room(ids);
    const [x, y] = [Math.min(Math.max(dx, -left), right), Math.min(Math.max(dy, -top), bottom)];
    this.change(ids, (field) => ({ x_pt: field.x_pt + x, y_pt: field.y_pt + y }), key);
  }

  resize(ids, dw, dh, key = "resize") {
    this.change(ids, (field) => ({ w_pt: Math.max(SMALLEST, field.w_pt + dw), h_pt: Math.max(SMALLEST, field.h_pt + dh) }), key);
  }

  remove(ids) {
    if (!ids.length) return;
    this.#step();
    this.fields = this.fields.filter((field) => !ids.includes(field.id));
    for (const field of this.fields) if (ids.includes(field.shown_when)) field.shown_when = "";
    this.select([...this.selected]);
    this.#tell();
  }

  copy() {
    this.#copied = this.chosen.map((field) => ({ ...field }));
  }

  paste() {
    if (this.#copied.length) this.#put(this.#copied.map((field) => ({ ...field, x_pt: field.x_pt + 12, y_pt: field.y_pt + 12 })));
  }

  duplicate(ids) {
    const step = 12;
    this.#put(this.fields.filter(({ id }) => ids.includes(id)).map((field) => ({ ...field, x_pt: field.x_pt + step, y_pt: field.y_pt + step })));
  }

  /** The same at the same spot of every other page; pages too small for it are left out. */
  duplicateOnAllPages(ids) {
    const originals = this.fields.filter(({ id }) => ids.includes(id));
    const copies = originals.flatMap((field) =>
      this.pages.flatMap(({ w, h }, index) => {
        const fits = field.x_pt + field.w_pt <= w && field.y_pt + field.h_pt <= h;
        return index + 1 !== field.page && fits ? [{ ...field, page: index + 1 }] : [];
      }),
    );
    this.#put(copies);
  }

  /** Line several places up: left, center, right, top, middle, bottom. Each page by itself. */
  align(how) {
    this.#eachPage((fields) => {
      const box = outline(fields);
      const place = {
        left: () => ({ x_pt: box.x }),
        center: (f) => ({ x_pt: box.x + (box.w - f.w_pt) / 2 }),
        right: (f) => ({ x_pt: box.x + box.w - f.w_pt }),
        top: () => ({ y_pt: box.y }),
        middle: (f) => ({ y_pt: box.y + (box.h - f.h_pt) / 2 }),
        bottom: (f) => ({ y_pt: box.y + box.h - f.h_pt }),
      }[how];
      return fields.map((field) => [field, place(field)]);
    });
  }

  /** Give three or more places equal gaps: across or down. */
  distribute(how) {
    const [at, size] = how === "across" ? ["x_pt", "w_pt"] : ["y_pt", "h_pt"];
    this.#eachPage((fields) => {
      if (fields.length < 3) return [];
      const sorted = [...fields].sort((a, b) => a[at] - b[at]);
      const last = sorted.at(-1);
      const gap = (last[at] + last[size] - sorted[0][at] - sorted.reduce((sum, f) => sum + f[size], 0)) / (sorted.length - 1);
      let next = sorted[0][at];
      return sorted.map((field) => {
        const here = next;
        next += field[size] + gap;
        return [field, { [at]: here }];
      });
    });
  }

  undo() {
    this.#swap(this.#past, this.#future);
  }

  redo() {
    this.#swap(this.#future, this.#past);
  }

  /** What is kept: numbers to a hundredth, without what is empty. */
  toJSON() {
    return this.ordered.map((field) => {
      const kept = Object.entries(field).filter(([name, value]) => value !== "" && value !== false && !(Array.isArray(value) && !value.length) || name === "required");
      return Object.fromEntries(kept.map(([name, value]) => [name, BOX.includes(name) ? Math.round(value * 100) / 100 : value]));
    });
  }

  #put(fields) {
    if (!fields.length) return;
    this.#step();
    const renamed = new Map();
    const fresh = fields.map((field) => {
      const made = { ...field, id: this.#freshId(field.type, field.signer, renamed) };
      renamed.set(made.id, field.id);
      this.#keepInside(made);
      return made;
    });
    this.fields.push(...fresh);
    this.select(fresh.map((field) => field.id));
    this.#tell();
  }

  #eachPage(arrange) {
    const pages = grouped(this.chosen);
    const moves = [...pages.values()].flatMap((fields) => (fields.length > 1 ? arrange(fields) : []));
    if (!moves.length) return;
    this.#step();
    for (const [field, changes] of moves) Object.assign(field, changes);
    this.#tell();
  }

  #step(key = "") {
    if (key && this.lastKey === key && this.canUndo) return void (this.#future = []);
    this.lastKey = key;
    this.#past.push(this.#snapshot());
    if (this.#past.length > MOST_STEPS) this.#past.shift();
    this.#future = [];
  }

  #snapshot() {
    return JSON.stringify([this.fields, [...this.selected]]);
  }

  #swap(from, to) {
    if (!from.length) return;
    to.push(this.#snapshot());
    const [fields, selected] = JSON.parse(from.pop());
    this.lastKey = "";
    this.fields = fields;
    this.select(selected);
    this.#tell();
  }

  #room(ids) {
    const room = { left: Infinity, top: Infinity, right: Infinity, bottom: Infinity };
    for (const field of this.fields.filter(({ id }) => ids.includes(id))) {
      const { w, h } = this.pages[field.page - 1];
      room.left = Math.min(room.left, field.x_pt);
      room.top = Math.min(room.top, field.y_pt);
      room.right = Math.min(room.right, w - field.x_pt - field.w_pt);
      room.bottom = Math.min(room.bottom, h - field.y_pt - field.h_pt);
    }
    return room;
  }

  #keepInside(field) {
    const page = this.pages[field.page - 1];
    if (!page) return;
    field.w_pt = Math.max(SMALLEST, Math.min(field.w_pt, page.w));
    field.h_pt = Math.max(SMALLEST, Math.min(field.h_pt, page.h));
    field.x_pt = Math.max(0, Math.min(field.x_pt, page.w - field.w_pt));
    field.y_pt = Math.max(0, Math.min(field.y_pt, page.h - field.h_pt));
  }

  /** A button joins the signer's newest group, so that a second one makes a choice of it. */
  #joinGroup(field) {
    const last = this.fields.filter((each) => each.type === "radio" && each.signer === field.signer).at(-1);
    const groups = new Set(this.fields.filter((each) => each.type === "radio").map((each) => each.group));
    field.group = last?.group ?? `${this.words?.group ?? "Group"} ${groups.size + 1}`;
    const size = this.fields.filter((each) => each.group === field.group && each.signer === field.signer).length;
    field.label = `${this.words?.option ?? "Option"} ${size + 1}`;
    if (last) Object.assign(field, { required: last.required, shown_when: last.shown_when ?? "" });
  }

  #freshId(type, signer, taken = new Map()) {
    for (let number = this.fields.length + taken.size + 1; ; number += 1) {
      const id = `${type}-${signer}-${number}`;
      if (!this.get(id) && !taken.has(id)) return id;
    }
  }

  #tell(kind = "changed") {
    this.dispatchEvent(new Event(kind));
  }
}

function outline(fields) {
  const x = Math.min(...fields.map((f) => f.x_pt));
  const y = Math.min(...fields.map((f) => f.y_pt));
  return { x, y, w: Math.max(...fields.map((f) => f.x_pt + f.w_pt)) - x, h: Math.max(...fields.map((f) => f.y_pt + f.h_pt)) - y };
}

function grouped(fields) {
  const pages = new Map();
  for (const field of fields) pages.set(field.page, [...(pages.get(field.page) ?? []), field]);
  return pages;
}
