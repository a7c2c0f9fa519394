// The sessions of who is logged in.

import {readConfig} from "/js/config.js";
import {readLink, sessionPage} from "/js/link.js";
import {ask} from "/js/relay.js";
import {cookie, showVisitor} from "/js/visit.js";

const $ = name => document.querySelector(name);
const made = (tag, fields, ...inner) => {
  const element = Object.assign(document.createElement(tag), fields);
  element.append(...inner);
  return element;
};

async function request(question) {
  const token = cookie("access_token");
  $("#again").hidden = Boolean(token);
  if (!token) throw new Error("Your sessions are shown after a login on this site's own page.");
  return ask((await readConfig()).server, token, question);
}

async function show() {
  try {
    const {sessions} = await request({type: "session:list:request", includeInactive: $("#all").checked});
    $("#sessions").replaceChildren(...sessions.map(row));
    $("#none").hidden = sessions.length > 0;
    $("#problem").textContent = "";
  } catch (error) {
    $("#problem").textContent = error.message;
  }
  $("#list").ariaBusy = "false";
}

function row(session) {
  const {sessionId: id, status, lastActiveAt} = session;
  const [label, hostname, webUrl] = [session.instanceLabel, session.hostname, session.webUrl].map(said);
  const command = [session.command, session.commandArgs].flat().map(said).filter(Boolean).join(" ");
  const title = label || command || id;
  const link = made("a", {href: sessionPage(id, readLink(webUrl).key), textContent: title});
  const details = [id, hostname, command !== title && command].filter(Boolean).join(" · ");
  const when = made("time", {dateTime: new Date(lastActiveAt).toISOString(), textContent: ago(lastActiveAt)});
  const remove = made("button", {type: "button", textContent: "Delete", ariaLabel: `Delete ${title}`});
  remove.addEventListener("click", () => drop(id, title));
  const state = made("span", {className: `status ${status}`, textContent: status});
  return made("li", {}, made("div", {}, link, made("p", {}, details)), made("div", {}, state, " ", when), remove);
}

/** What a terminal says of itself, which may be anything: as a text. */
const said = value => ["string", "number"].includes(typeof value) ? String(value) : "";

function ago(time) {
  const minutes = Math.round((time - Date.now()) / 60_000);
  const format = new Intl.RelativeTimeFormat("en", {numeric: "auto"});
  return minutes > -90 ? format.format(minutes, "minute") : format.format(Math.round(minutes / 60), "hour");
}

async function drop(id, title) {
  if (!confirm(`Delete ${title}? Whoever watches it is cut off.`)) return;
  try {
    const answer = await request({type: "session:delete:request", sessionId: id});
    if (!answer.success) throw new Error(answer.message);
    await show();
  } catch (error) {
    $("#problem").textContent = error.message;
  }
}

showVisitor();
$("#all").addEventListener("change", show);
$("#refresh").addEventListener("click", show);
show();
