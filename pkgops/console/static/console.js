// What HTML alone cannot do: follow lines, pause them, find rows, send a form by Ctrl-Enter. Text from outside is only
// ever set as text.
"use strict";

const MOST = 2000; // lines that are kept on a page
const AGAIN = 2000; // milliseconds until something that has ended is asked for again
const state = document.getElementById("lines-state");

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// A level or a status comes from outside too: only a plain word becomes a class.
function word(text) {
  return /^[A-Z]+$/.test(text) ? text : "";
}

function lineOf(row) {
  const line = element("li", "line " + word(row.level), "");
  const time = element("time", "time", row.time.slice(11, 23));
  time.dateTime = row.time;
  time.title = row.time;
  line.append(time, element("span", "name", row.name), element("span", "level", row.level));
  line.append(element("span", "text", row.text));
  line.children[1].title = row.request;
  if (row.fields) line.append(element("span", "fields", row.fields));
  return line;
}

function requestOf(row) {
  const line = element("tr", "", "");
  const cells = [row.time.slice(11, 23), row.method, row.path, String(row.status || "none"), String(row.milliseconds), row.api];
  cells.forEach((text, at) => line.append(element("td", at === 4 ? "number" : at === 3 && row.status >= 500 ? "bad" : "", text)));
  const cell = element("td", "", "");
  if (row.request) {
    const link = element("a", "", "log");
    link.href = "/logs?since=" + encodeURIComponent(row.time) + "&request=" + encodeURIComponent(row.request);
    link.setAttribute("aria-label", "Log of " + row.method + " " + row.path);
    cell.append(link, " ");
  }
  const more = element("a", "", "replay");
  more.href = "/requests/" + row.number;
  more.setAttribute("aria-label", "Replay " + row.method + " " + row.path);
  cell.append(more);
  line.append(cell);
  return line;
}

// Puts what arrives into a list; while paused it is kept, and counted. What ends by itself, such as an emulator that is
// started again, is asked for again: until something comes, what was there stays.
function follow(address, list, make, newestFirst) {
  let paused = false;
  let outdated = false;
  let waiting = [];
  let arrived = [];
  let count = 0;
  let pause = AGAIN;
  const noun = list.closest("[data-noun]")?.dataset.noun || "line";
  const scroller = newestFirst ? document.scrollingElement : list;
  function renew() {
    if (!outdated) return;
    list.replaceChildren();
    count = 0;
    outdated = false;
  }
  function show(rows) {
    if (rows.length) renew();
    const atEnd = scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 40;
    const made = rows.map(make);
    if (newestFirst) list.prepend(...made.reverse());
    else list.append(...made);
    count += rows.length;
    while (list.children.length > MOST) (newestFirst ? list.lastElementChild : list.firstElementChild).remove();
    if (!newestFirst && atEnd) scroller.scrollTop = scroller.scrollHeight;
  }
  const counted = () => count + " " + noun + (count === 1 ? "" : "s");
  function tell() {
    state.textContent = paused ? "Paused; " + waiting.length + " new." : counted() + ".";
  }
  function take() {
    if (paused) waiting = waiting.concat(arrived).slice(-MOST);
    else show(arrived);
    arrived = [];
    pause = AGAIN;
    tell();
    find();
  }
  function again(reason) {
    outdated = true;
    waiting = [];
    arrived = [];
    state.textContent = reason + " Trying again…";
  }
  function connect() {
    const source = new EventSource(address);
    source.onopen = () => setTimeout(() => { if (source.readyState === EventSource.OPEN) tell(); }, outdated ? 1000 : 0);
    source.onmessage = (event) => {
      const row = JSON.parse(event.data);
      if (row.error) {
        source.close();
        again(row.error);
        setTimeout(connect, pause);
        pause = Math.min(2 * pause, 15 * AGAIN);
        return;
      }
      if (!arrived.length) setTimeout(() => { if (arrived.length) take(); }, 30);
      arrived.push(row);
    };
    source.addEventListener("end", () => {
      source.close();
      setTimeout(() => { renew(); state.textContent = counted() + ", all there are."; }, 60);
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) explain(address);
      else again("The console does not answer.");
    };
  }
  connect();
  const button = document.querySelector("[data-pause]");
  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    if (!paused) {
      show(waiting);
      waiting = [];
    }
    tell();
  });
}

// Why a page cannot be followed: an answer that is an error says it, but not to what follows.
async function explain(address) {
  let reason = "The console does not answer; load the page again.";
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (answer.ok) {
      answer.body.cancel();
    } else {
      const text = await answer.text();
      const page = new DOMParser().parseFromString(text, "text/html");
      reason = Array.from(page.querySelectorAll("[role=alert] p"), (one) => one.textContent).join(" ") || text;
    }
  } catch { /* then it does not answer */ }
  state.textContent = reason;
}

function find() {
  const field = document.querySelector("[data-find]");
  if (!field) return;
  const wanted = field.value.toLowerCase();
  for (const row of document.querySelectorAll("#" + field.dataset.find + " tbody tr")) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-find]")) find();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-keys=submit]")) {
    event.target.form.requestSubmit();
  } else if (event.key === "/" && !typing) {
    const field = document.querySelector("[accesskey=f]");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  } else if (event.key === "Escape" && typing) {
    event.target.blur();
  }
});
find(); // what was typed, or restored, before this was read

// An error is an answer too: it is shown where the answer was to be.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.xhr.responseText) event.detail.shouldSwap = true;
});

const lines = document.querySelector("[data-lines]");
if (lines) follow(lines.dataset.lines, lines, lineOf, false);
const requests = document.querySelector("[data-requests]");
if (requests) follow(requests.dataset.requests, requests.tBodies[0], requestOf, true);
