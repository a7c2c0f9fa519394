// A link to a session, as a terminal shows it, and the address of its page here.

/** The page of a session; `key` may be missing. */
export function sessionPage(id, key) {
  return `/session.html?${new URLSearchParams(key ? {id, key} : {id})}`;
}

/** `{id, key}` of a link or of an id alone; of a link nothing else is used, wherever it leads. */
export function readLink(text) {
  const given = text.trim();
  if (!given.includes("?")) return {id: given.toUpperCase(), key: ""};
  const query = new URLSearchParams(given.slice(given.indexOf("?")));
  return {id: query.get("id") || "", key: keyOf(query)};
}

/** The key of a query; a plus that nobody has escaped arrives as a space. */
export const keyOf = query => (query.get("key") || "").replaceAll(" ", "+");
