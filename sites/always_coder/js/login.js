// The login page.

import {choosePassword, logIn} from "/js/cognito.js";
import {readConfig} from "/js/config.js";
import {keep, returnAddress} from "/js/visit.js";

const $ = name => document.querySelector(name);
const state = new URLSearchParams(location.search).get("state") || "";
let invited = null;

async function submit(form, step) {
  const button = form.querySelector("button");
  button.disabled = true;
  $("#problem").textContent = "";
  try {
    const {cognito} = await readConfig();
    const result = await step(cognito);
    if (!result.tokens) return choose(result);
    keep(result.tokens);
    location.replace(returnAddress(state, location));
  } catch (error) {
    $("#problem").textContent = error.message;
  } finally {
    button.disabled = false;
  }
  return undefined;
}

function choose(session) {
  invited = session;
  $("#login").hidden = true;
  $("#choose").hidden = false;
  $("#new-password").focus();
}

$("#login").addEventListener("submit", event => {
  event.preventDefault();
  submit(event.target, pool => logIn(pool, $("#email").value.trim(), $("#password").value));
});

$("#choose").addEventListener("submit", event => {
  event.preventDefault();
  submit(event.target, pool => choosePassword(pool, invited, $("#new-password").value));
});
