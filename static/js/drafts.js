// What is typed and not saved, kept by the browser: a session may end, a tab may be closed. A browser that keeps nothing for
// frames of other sites only loses this convenience.
const PREFIX = "paraph-draft:";

/** The draft of one text. */
export function draft(key) {
  const name = PREFIX + key;
  return {
    keep: (body, base) => quietly(() => localStorage.setItem(name, JSON.stringify({ body, base, at: Date.now() }))),
    read: () => quietly(() => JSON.parse(localStorage.getItem(name))),
    forget: () => quietly(() => localStorage.removeItem(name)),
  };
}

function quietly(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
