// SPDX-License-Identifier: Apache-2.0
import {wasSignedIn} from "./api.mjs";
import {names} from "./drafts.mjs";
import {byId} from "./elements.mjs";
import {untilHere} from "./sending.mjs";
import {load, t} from "./texts.mjs";

// Who may is in the desk's rules, which are not known without it (503).
const refusal = (status) => (status === 401 ? t("sign_in_wrong") : t(status === 503 ? "sign_in_no_desk" : "sign_in_later"));

// The cookie does not come along from other sites' links.
async function isSignedIn() {
  try {
    return (await fetch("/api/v1/session")).ok;
  } catch {
    return false;   // who signs in hears why it cannot be
  }
}

const enter = () => location.replace(`/${location.hash}`);   // back to what was shown before

await load("en");
if (await isSignedIn()) enter();

const writes = names().length > 0;
if (wasSignedIn()) byId("ended").textContent = t(writes ? "session_ended_note" : "session_ended");
byId("form").querySelector("button").disabled = false;   // until then the browser would send the form itself
byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target, button = form.querySelector("button");
  button.disabled = true;
  byId("wrong").textContent = "";
  try {
    const answer = await untilHere(fetch("/api/v1/sign-in", {
      method: "POST", headers: {"Content-Type": "application/json"},
      body: JSON.stringify({user: form.user.value, password: form.password.value}),
    }));
    if (answer.ok) return enter();
    byId("wrong").textContent = refusal(answer.status);
    form.password.select();
  } catch {
    byId("wrong").textContent = t("sign_in_failed");
  } finally {
    button.disabled = false;
  }
});
