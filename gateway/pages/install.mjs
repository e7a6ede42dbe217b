// SPDX-License-Identifier: Apache-2.0
// The desk as an app of the device: browsers offer that when a service worker has the page. Only by TLS, or on the machine itself.

const WORKER = "/static/service_worker.js";

export async function begin() {
  if (!navigator.serviceWorker) return;
  const types = globalThis.trustedTypes?.createPolicy("service-worker", {createScriptURL: () => WORKER});
  try {
    await navigator.serviceWorker.register(types ? types.createScriptURL("") : WORKER, {scope: "/"});
  } catch {
    // the browser's settings do not allow it: the page works as well without
  }
}
