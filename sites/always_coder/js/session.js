// The view of a terminal.

import {readConfig} from "/js/config.js";
import {pasted, sequence} from "/js/keys.js";
import {keyOf} from "/js/link.js";
import {Viewer} from "/js/relay.js";
import {Screen} from "/js/screen.js";
import {fromBase64} from "/js/srp.js";
import {View} from "/js/view.js";

const $ = name => document.querySelector(name);
const query = new URLSearchParams(location.search);
const [id, key] = [query.get("id") || "", keyOf(query)];
const screen = new Screen(80, 24);
const view = new View(screen, $("#screen"));
const input = $("#input");
let viewer = null;

async function start() {
  document.title = `${id} · Always Coder`;
  $("#name").textContent = id;
  $("#unverified").hidden = Boolean(key);
  const {server} = await readConfig();
  viewer = new Viewer(server, id, key ? fromBase64(key) : null, {
    shown: (state, text) => {
      $("#state").className = `status ${state}`;
      $("#state").textContent = text;
    },
    begun: () => {
      screen.history = [];
      screen.alternate(false);
      screen.reset();
      view.draw();
    },
    output: text => {
      screen.write(text);
      view.draw();
    },
  });
  fit();
  await viewer.start();
}

function fit() {
  const {cols, rows} = view.size();
  if (viewer.size && cols === screen.cols && rows === screen.rows) return;
  screen.resize(cols, rows);
  viewer.resize(cols, rows);
  view.draw();
}

function type(text) {
  if (text) viewer?.type(text);
  $("#screen").scrollTop = $("#screen").scrollHeight;
}

input.addEventListener("keydown", event => {
  if (event.isComposing) return;
  if (event.key === "c" && event.ctrlKey && String(getSelection())) return; // copies
  const text = sequence(event, screen.modes);
  if (!text) return;
  event.preventDefault();
  type(text);
});
input.addEventListener("input", event => {
  if (event.isComposing) return;
  type(input.value);
  input.value = "";
});
input.addEventListener("compositionend", () => {
  type(input.value);
  input.value = "";
});
input.addEventListener("paste", event => {
  event.preventDefault();
  type(pasted(event.clipboardData.getData("text/plain"), screen.modes));
});
$("#screen").addEventListener("click", () => String(getSelection()) || input.focus());
for (const button of document.querySelectorAll("#keys button")) {
  button.addEventListener("click", () => {
    type(sequence({key: button.value}, screen.modes));
    input.focus();
  });
}
let resizing = 0;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => viewer && fit(), 200);
});

input.focus();
start().catch(error => {
  $("#state").className = "status ended";
  $("#state").textContent = error.message;
});
