// What HTML alone cannot do: follow lines, pause them, find rows, send a form by Ctrl-Enter. Text from outside is only
// ever set as text.
"use strict";

const MOST = 2000; // lines that are kept on a page
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
    link.href = "/logs?request=" + encodeURIComponent(row.request);
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

// Puts what arrives into a list; while paused it is kept, and counted.
function follow(address, list, make, newestFirst) {
  let paused = false;
  let waiting = [];
  let count = 0;
  const scroller = newestFirst ? document.scrollingElement : list;
  function show(rows) {
    const atEnd = scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 40;
    const made = rows.map(make);
    if (newestFirst) list.prepend(...made.reverse());
    else list.append(...made);
    count += rows.length;
    while (list.children.length > MOST) (newestFirst ? list.lastElementChild : list.firstElementChild).remove();
    if (!newestFirst && atEnd) scroller.scrollTop = scroller.scrollHeight;
  }
  function tell() {
    state.textContent = paused ? "Paused; " + waiting.length + " new." : count + (count === 1 ? " line." : " lines.");
  }
  let arrived = [];
  let scheduled = false;
  const source = new EventSource(address);
  source.onopen = tell;
  source.onmessage = (event) => {
    const row = JSON.parse(event.data);
    if (row.error) {
      state.textContent = row.error;
      source.close();
      return;
    }
    arrived.push(row);
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      if (paused) waiting = waiting.concat(arrived).slice(-MOST);
      else show(arrived);
      arrived = [];
      tell();
      find();
    }, 30);
  };
  source.addEventListener("end", () => {
    source.close();
    setTimeout(() => { state.textContent = count + " lines, all there are."; }, 60);
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) state.textContent = "The console does not answer; load the page again.";
    else list.replaceChildren(); // it connects again, and gets everything again
  };
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
// An error is an answer too: it is shown where the answer was to be.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.xhr.responseText) event.detail.shouldSwap = true;
});

const lines = document.querySelector("[data-lines]");
if (lines) follow(lines.dataset.lines, lines, lineOf, false);
const requests = document.querySelector("[data-requests]");
if (requests) follow(requests.dataset.requests, requests.tBodies[0], requestOf, true);
