// The page that a link of a terminal opens, or where an id is typed.

import {keyOf, readLink, sessionPage} from "/js/link.js";
import {showVisitor} from "/js/visit.js";

const query = new URLSearchParams(location.search);
if (query.get("id")) location.replace(sessionPage(query.get("id"), keyOf(query)));
showVisitor();

document.querySelector("#join").addEventListener("submit", event => {
  event.preventDefault();
  const {id, key} = readLink(document.querySelector("#link").value);
  if (id) location.assign(sessionPage(id, key));
  else document.querySelector("#problem").textContent = "The link names no session.";
});
