// The left column of a card: stages, fields, properties, client, goods.
import { el, size } from "./api.js";

export function drawItem(item, { edit, find }) {
  find("card-title").textContent = item.title;
  find("stages").replaceChildren(...item.stages.map((stage) => el("li", {
    class: stage.on ? "on" : "", style: `--stage: ${stage.color}`, text: stage.name, on: { click: () => item.editable && edit("stageId", stage.id) },
  })));
  box(find("fields"), `About the ${{ 1: "lead", 2: "deal" }[item.typeId] ?? "card"}`, [el("div", { class: "pairs" }, ...item.rows.map((row) => line(row.label, row.text)), line("Amount", item.amount))]);
  const ticks = item.properties.filter((one) => one.type === "boolean");
  const others = item.properties.filter((one) => one.type !== "boolean");
  const rows = (list) => list.map((one) => property(one, item, edit));
  box(find("properties"), "Properties", item.properties.length ? [...rows(ticks), el("div", { class: "pairs" }, ...rows(others))] : []);
  box(find("client"), "Client", client(item));
  box(find("goods"), "Products", item.goods.map((one) => el("div", { class: "goods-row" }, el("span", { text: one.name }), el("span", { text: one.quantity }), el("span", { text: one.price }))));
}

function box(node, title, children) {
  node.hidden = !children.length;
  node.replaceChildren(el("h2", { text: title }), ...children);
}

const line = (label, text) => el("div", { class: "line" }, el("span", { class: "label", text: label }), el("span", { text }));

function property(one, item, edit) {
  if (one.type === "boolean") {
    const tick = el("input", { type: "checkbox", checked: one.value, disabled: !item.editable, "data-testid": `property-${one.name}`, on: { change: (event) => edit(one.name, event.target.checked ? "Y" : "N") } });
    return el("label", { class: "line check" }, tick, el("span", { text: one.label }), el("em", { text: one.value ? "yes" : "no" }));
  }
  const row = line(one.label, one.text ?? (one.files ? "" : one.value ?? ""));
  row.dataset.testid = `property-${one.name}`;
  for (const file of one.files ?? []) row.lastChild.append(el("a", { href: file.url, class: "file", "data-testid": "property-file", text: file.name }), el("small", { text: ` ${size(file.size)} ` }));
  if (!row.lastChild.childNodes.length) row.lastChild.append(el("i", { class: "empty", text: "field is empty" }));
  return row;
}

function client(item) {
  const rows = [];
  if (item.company) rows.push(person(item.company.title, "", item.company.emails, "company"));
  for (const one of item.contacts) rows.push(person(one.name, one.post, one.emails, "contact"));
  return rows;
}

const person = (name, post, emails, kind) => el("div", { class: `client ${kind}` },
  el("b", { text: name }), post && el("span", { text: post }), ...emails.map((email) => el("small", { text: email })));
