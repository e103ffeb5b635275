// Selection dialogs. A dialog that is closed without choosing never answers, as in Bitrix24.
import { about, ask, el } from "./api.js";

const PREFIX = { lead: "L", contact: "C", company: "CO", deal: "D", quote: "Q" };

/** One employee {id, name, …}, or an array when several may be chosen. */
export async function chooseUsers(several) {
  const people = await ask("users");
  const entries = people.map((one) => ({ key: one.id, title: one.name, note: one.position }));
  const keys = await dialog(several ? "Choose employees" : "Choose an employee", entries, several);
  const chosen = people.filter((one) => keys.includes(one.id)).map((one) => ({
    id: String(one.id), name: one.name, photo: "", position: one.position, url: `/company/personal/user/${one.id}/`, sub: false, sup: false,
  }));
  return several ? chosen : chosen[0];
}

/** [{id: "U6", name}]; value: codes that are ticked already. */
export async function chooseAccess(value) {
  const people = await ask("users");
  const entries = [{ key: "AU", title: "All employees", note: "" }, ...people.map((one) => ({ key: `U${one.id}`, title: one.name, note: one.position }))];
  const keys = await dialog("Choose who has access", entries, true, Array.isArray(value) ? value : []);
  return entries.filter((one) => keys.includes(one.key)).map((one) => ({ id: one.key, name: one.title }));
}

/** {contact: {0: {id: "C_41", …}}, …}: a bucket for each asked type. */
export async function chooseCrm({ entityType = ["lead", "contact", "company", "deal"], multiple = false, value = [] }) {
  const types = [entityType].flat();
  const lists = await Promise.all(types.map((type) => ask(`crm?type=${type}`)));
  const entries = types.flatMap((type, index) => lists[index].map((one) => ({ key: `${PREFIX[type]}_${one.id}`, title: one.title, note: type, type })));
  const keys = await dialog("Choose from CRM", entries, multiple, [value].flat().filter((one) => typeof one === "string"));
  const buckets = {};
  for (const type of types) {
    const chosen = entries.filter((one) => one.type === type && keys.includes(one.key));
    buckets[type] = Object.fromEntries(chosen.map((one, index) => [index, { id: one.key, title: one.title, type, url: `${about.origin}/crm/${type}/details/${one.key.split("_")[1]}/`, place: type, desc: "", image: "" }]));
  }
  return buckets;
}

/** Ask; resolves with the chosen keys, and never when the dialog is closed. */
function dialog(title, entries, several, ticked = []) {
  return new Promise((resolve) => {
    const list = el("div", { class: "dialog-list" });
    for (const entry of entries) {
      const box = el("input", { type: several ? "checkbox" : "radio", name: "choice", value: entry.key, checked: ticked.includes(entry.key) });
      list.append(el("label", { "data-testid": "dialog-option" }, box, el("b", { text: entry.title }), el("span", { text: entry.note })));
    }
    const node = el("dialog", { class: "dialog", "data-testid": "dialog" }, el("h2", { text: title }), list,
      el("div", { class: "dialog-foot" },
        el("button", { class: "button primary", type: "button", text: "Choose", "data-testid": "dialog-choose", on: { click: () => choose() } }),
        el("button", { class: "button", type: "button", text: "Cancel", "data-testid": "dialog-cancel", on: { click: () => node.close() } })));
    node.addEventListener("close", () => node.remove());
    document.body.append(node);
    node.showModal();

    function choose() {
      const chosen = [...list.querySelectorAll("input:checked")].map((one) => entries.find((entry) => String(entry.key) === one.value).key);
      if (!chosen.length && !several) return;
      node.close();
      resolve(chosen);
    }
  });
}
