// BB codes of comments and notifications, turned into elements (never into markup).
import { el } from "./api.js";

const TAGS = { b: "b", i: "i", u: "u", s: "s" };
// An address may hold brackets in pairs: [URL=/marketplace/view/x/?params[id]=7]Open[/URL].
const TOKEN = /\[(\/?)(b|i|u|s|url|br|user|p|list|\*|code|quote|size|color)(?:=((?:[^[\]]|\[[^[\]]*\])*))?\]/gi;

/** Render into a fragment; links with a relative address stay inside the portal. */
export function bbcode(text) {
  const root = document.createDocumentFragment();
  const open = [{ name: "", node: root }];
  let at = 0;
  for (const token of String(text).matchAll(TOKEN)) {
    plain(open.at(-1).node, text.slice(at, token.index));
    at = token.index + token[0].length;
    const name = token[2].toLowerCase();
    if (name === "br" || name === "*") open.at(-1).node.append(el("br"));
    else if (token[1]) close(open, name);
    else start(open, name, token[3], text.slice(at));
  }
  plain(open.at(-1).node, text.slice(at));
  return root;
}

function start(open, name, value, following) {
  let node = el(TAGS[name] ?? "span");
  if (name === "url") {
    const address = value ?? following.split(/\[\/url\]/i)[0];
    const safe = /^(https?:\/\/|\/)/i.test(address);
    node = safe ? el("a", { href: address, target: address.startsWith("/") ? null : "_blank", rel: "noopener", "data-testid": "bb-link" }) : el("span");
  }
  open.at(-1).node.append(node);
  open.push({ name, node });
}

function close(open, name) {
  for (let index = open.length - 1; index > 0; index -= 1) {
    if (open[index].name === name) {
      open.length = index;
      return;
    }
  }
}

function plain(node, text) {
  text.split("\n").forEach((line, index) => {
    if (index) node.append(el("br"));
    if (line) node.append(line);
  });
}
