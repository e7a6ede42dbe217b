// SPDX-License-Identifier: Apache-2.0
// Plots over the last hour and day, drawn by Chart.js.

import {button, byId, make} from "./elements.mjs";
import {get} from "./ops_api.mjs";
import {t} from "./texts.mjs";

const EVERY_MS = 30000, MINUTE_MS = 60000;
const PLOTS = [
  {title: "plot_flow", series: [["published", "#0f6e5c"], ["completed", "#1257c9"], ["refused", "#b3451a"]]},
  {title: "plot_level", series: [["waiting", "#b3451a"], ["in_hand", "#1257c9"], ["parked", "#7a7f7c"]]},
  {title: "plot_touch", series: [["touch_ms", "#0f6e5c"]], scale: MINUTE_MS},
];
let span = "hour", charts = [];

const clock = (unixMs) => new Date(unixMs).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"});

// One point is no line: shown as a dot until there is a second.
function draw(plot) {
  const canvas = make("canvas", {role: "img", "aria-label": t(plot.title)}), ink = getComputedStyle(document.body).color;
  byId("plots").querySelector(".charts").append(make("div", {class: "chart"}, canvas));
  return new globalThis.Chart(canvas, {
    type: "line",
    data: {labels: [], datasets: plot.series.map(([name, colour]) => ({label: t(`series_${name}`), data: [], borderColor: colour, backgroundColor: colour,
      borderWidth: 2, pointRadius: ({chart}) => (chart.data.labels.length < 2 ? 3 : 0), tension: 0.2}))},
    options: {animation: false, maintainAspectRatio: false, color: ink, interaction: {mode: "index", intersect: false},
      plugins: {title: {display: true, text: t(plot.title), color: ink}},
      scales: {x: {ticks: {color: ink, maxTicksLimit: 8}, grid: {display: false}}, y: {beginAtZero: true, ticks: {color: ink, precision: plot.scale ? undefined : 0}}}},
  });
}

async function renew() {
  const told = await get(`series?span=${span}`);
  if (!told) return;
  charts.forEach((chart, at) => {
    const {series, scale = 1} = PLOTS[at];
    chart.data.labels = told.points.map((point) => clock(point.at_unix_ms));
    series.forEach(([name], row) => (chart.data.datasets[row].data = told.points.map((point) => point[name] / scale)));
    chart.update();
  });
  byId("plots").dataset.points = told.points.length;
}

export function begin() {
  charts = PLOTS.map(draw);
  const spans = ["hour", "day"].map((name) => button(t(`last_${name}`), () => {
    span = name;
    spans.forEach((one, at) => one.setAttribute("aria-pressed", ["hour", "day"][at] === span));
    renew();
  }, {"aria-pressed": String(name === span)}));
  byId("plots").querySelector(".spans").replaceChildren(...spans);
  setInterval(renew, EVERY_MS);
  renew();
}
