// SPDX-License-Identifier: Apache-2.0
// Sound, notification and spoken word for a new offer: once for each offer, also over a reload or a broken line.

import {byId} from "./elements.mjs";

const heard = new Set(JSON.parse(sessionStorage.getItem("heard") ?? "[]"));
let sound = localStorage.getItem("sound") !== "off";
const TAG = "leadwire-offer";
let audio = null, notification = null, showing = Promise.resolve();

// Browsers let a page sound only once somebody has clicked or pressed a key in it.
for (const gesture of ["pointerdown", "keydown"])
  addEventListener(gesture, ({target}) => {
    if (audio) return;
    audio = new AudioContext();
    audio.resume();
    document.dispatchEvent(new CustomEvent("sound", {detail: target}));
  }, {once: true});

export const soundIsOn = () => sound;
export const soundWaits = () => sound && !audio;

export function turnSound(on) {
  sound = on;
  localStorage.setItem("sound", on ? "on" : "off");
}

export const canAskToNotify = () => "Notification" in window && Notification.permission === "default";
export const askToNotify = () => Notification.requestPermission();

export function say(text) {
  byId("live").textContent = text;
}

// True the first time that this offer is seen.
export function isNew(offer) {
  const name = `${offer.lead_id} ${offer.offer_number}`;
  if (heard.has(name)) return false;
  heard.add(name);
  sessionStorage.setItem("heard", JSON.stringify([...heard].slice(-100)));
  return true;
}

export function alertOf(title, body) {
  say(title);
  if (sound) chime();
  if (sound) navigator.vibrate?.([120, 60, 120]);
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  inTurn(() => notify(title, {body, tag: TAG, renotify: true, icon: "/static/icon.svg"}));
}

// The offer is no more: who looks at the notification would find nothing.
export function endAlert() {
  inTurn(close);
}

// Showing takes a moment: what ends it meanwhile comes after it.
function inTurn(act) {
  showing = showing.then(act).catch(() => {});   // sound and vibration must do then
}

const worker = () => navigator.serviceWorker?.getRegistration("/");

// Phones have notifications only from service workers; where there is none, the page shows them itself.
async function notify(title, options) {
  const registration = await worker();
  if (registration?.active) return registration.showNotification(title, options);
  await close();   // one that takes the place of another by its tag would not be shown again in all browsers
  const shown = notification = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

async function close() {
  notification?.close();
  notification = null;
  const registration = await worker();
  for (const shown of (await registration?.getNotifications({tag: TAG})) ?? []) shown.close();
}

// Who it was about does not stay on the screen when the page has gone; the worker has the time to see to it.
addEventListener("pagehide", () => {
  notification?.close();
  navigator.serviceWorker?.controller?.postMessage({close: TAG});
});

function chime() {
  if (!audio || audio.state !== "running") return;
  [659, 880].forEach((frequency, index) => {
    const tone = audio.createOscillator(), volume = audio.createGain(), at = audio.currentTime + index * 0.16;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.42);
  });
}
