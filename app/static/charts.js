// Draws the charts of a page from the numbers beside them.
"use strict";

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const palette = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((index) => colour(`chart-${index}`));
const quiet = [colour("chart-quiet-1"), colour("chart-quiet-2")];
const counted = new Intl.NumberFormat(document.documentElement.lang).format;
const font = getComputedStyle(document.body).fontFamily;

// What is over, or is nothing, is grey; the rest takes the palette in turn.
function coloured(names, muted) {
  const turn = { palette: 0, quiet: 0 };
  return names.map((name) =>
    muted.includes(name) ? quiet[turn.quiet++ % quiet.length] : palette[turn.palette++ % palette.length],
  );
}

// Good and bad news in their colours; a second of the same kind, and what is neither, takes what is free.
function toned(tones) {
  const known = { danger: 4, warn: 2, done: 5, active: 1, info: 0 };
  const first = tones.map((tone, at) => (tone in known && tones.indexOf(tone) === at ? known[tone] : null));
  const free = palette.map((_, at) => at).filter((at) => !first.includes(at));
  let turn = 0;
  return first.map((at) => palette[at === null ? free[turn++ % free.length] : at]);
}

// Whether the parts have names that the reader has to be told.
const parted = (figures) => Boolean(figures.split) || figures.series.length > 1;

// A number with what stands behind it; what is not known is not written.
const written = (figures) => (value) => (value === null || value === undefined ? "" : counted(value) + (figures.measure || ""));

// How much room the longest of some texts takes behind a bar, in pixels.
const pen = document.createElement("canvas").getContext("2d");
function room(texts) {
  pen.font = `12px ${font}`;
  return Math.ceil(Math.max(0, ...texts.map((text) => pen.measureText(text).width))) + 12;
}

function common(figures) {
  const format = written(figures);
  const names = figures.kind === "pie" ? figures.labels : figures.series.map(({ name }) => name);
  const told = figures.kind === "pie" ? undefined : figures.series.filter(({ data }) => data.some(Boolean)).map(({ name }) => name);
  return {
    color: (figures.tones || []).some(Boolean) ? toned(figures.tones) : coloured(names, figures.muted),
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: font, color: colour("ink-2") },
    tooltip: { renderMode: "richText", confine: true, valueFormatter: format, textStyle: { fontFamily: font } },
    legend: { show: parted(figures), data: told, type: "scroll", bottom: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: colour("ink-2") } },
  };
}

// Beside a pie on a phone there is no room for words: they stand below it.
function pie(figures) {
  const format = written(figures);
  const narrow = window.innerWidth < 600;
  const total = (index) => figures.series.reduce((sum, { data }) => sum + data[index], 0);
  return {
    ...common(figures),
    legend: { ...common(figures).legend, show: narrow },
    series: [
      {
        type: "pie",
        radius: ["44%", "70%"],
        itemStyle: { borderColor: colour("surface"), borderWidth: 2, borderRadius: 4 },
        label: { show: !narrow, formatter: ({ name, value }) => `${name} ${format(value)}`, color: colour("ink"), width: 110, overflow: "break" },
        data: figures.labels.map((name, index) => ({ name, value: total(index) })),
      },
    ],
  };
}

// Names of departments are long: bars lie, and the longest is on top.
function bars(figures) {
  const format = written(figures);
  const stacked = figures.series.length > 1 && !figures.beside;
  const total = (index) => figures.series.reduce((sum, { data }) => sum + data[index], 0);
  const largest = Math.max(1, ...figures.labels.map((_, index) => total(index)));
  const ends = stacked ? figures.labels.map((_, index) => format(total(index))) : figures.series.flatMap(({ data }) => data.map(format));
  return {
    ...common(figures),
    tooltip: { ...common(figures).tooltip, trigger: "axis", axisPointer: { type: "shadow" } },
    grid: { left: 8, right: Math.max(40, room(ends)), top: 8, bottom: parted(figures) ? 36 : 8, containLabel: true },
    xAxis: { type: "value", minInterval: 1, axisLabel: { formatter: counted, hideOverlap: true }, splitLine: { lineStyle: { color: colour("line") } } },
    yAxis: {
      type: "category",
      inverse: true,
      data: figures.labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("line-2") } },
      axisLabel: { width: 150, overflow: "truncate", color: colour("ink") },
    },
    series: [
      ...figures.series.map(({ name, data }) => ({
        type: "bar",
        name,
        data,
        stack: stacked ? "all" : undefined,
        barMaxWidth: 18,
        cursor: figures.keys ? "pointer" : "default",
        itemStyle: { borderRadius: stacked ? 0 : [0, 4, 4, 0] },
        label: stacked
          ? { show: true, position: "inside", color: "#fff", fontSize: 11, formatter: ({ value }) => (value > largest / 14 ? format(value) : "") }
          : { show: true, position: "right", color: colour("ink-2"), formatter: ({ value }) => format(value) },
      })),
      // The sum of a bar of several parts, written behind the last of them.
      ...(stacked && figures.sums
        ? [{ type: "bar", name: "", data: figures.labels.map(() => 0), stack: "all", silent: true, tooltip: { show: false }, color: "transparent", label: { show: true, position: "right", color: colour("ink-2"), formatter: ({ dataIndex }) => format(total(dataIndex)) } }]
        : []),
    ],
  };
}

function lines(figures) {
  const format = written(figures);
  const few = figures.labels.length * figures.series.length <= 48;
  return {
    ...common(figures),
    tooltip: { ...common(figures).tooltip, trigger: "axis" },
    grid: { left: 8, right: 32, top: 24, bottom: parted(figures) ? 36 : 8, containLabel: true },
    xAxis: { type: "category", data: figures.labels, boundaryGap: false, axisLine: { lineStyle: { color: colour("line-2") } } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { formatter: counted }, splitLine: { lineStyle: { color: colour("line") } } },
    series: figures.series.map(({ name, data }) => ({
      type: "line",
      name,
      data,
      symbolSize: 6,
      labelLayout: { hideOverlap: true },
      label: { show: Boolean(figures.sums) && few, position: "top", fontSize: 11, color: colour("ink-2"), formatter: ({ value }) => format(value) },
      lineStyle: { width: 2.5 },
      areaStyle: figures.series.length === 1 ? { opacity: 0.12 } : undefined,
    })),
  };
}

function draw(canvas) {
  const figures = JSON.parse(canvas.nextElementSibling.textContent);
  figures.muted = canvas.dataset.quiet.split("|");
  const thick = figures.beside && figures.sums ? 10 + 11 * figures.series.length : 30;
  if (figures.kind === "bar") canvas.style.height = `${Math.max(figures.sums ? 90 : 200, (parted(figures) ? 56 : 24) + thick * figures.labels.length)}px`;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  const option = { pie, bar: bars, line: lines }[figures.kind];
  chart.setOption(option(figures));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(option(figures));
  }).observe(canvas);
  if (figures.keys) chart.on("click", ({ dataIndex, seriesIndex }) => follow(figures, dataIndex, seriesIndex));
  const button = canvas.closest(".chart").querySelector("[data-png]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => save(chart, figures.title));
}

// To the rows behind a number.
function follow({ rows, keys, parts }, at, part) {
  if (parts[part] === null || parts[part] === undefined) return;
  const address = new URL(rows, location.href);
  address.searchParams.set("key", keys[at]);
  address.searchParams.set("part", parts[part]);
  location.href = address.href;
}

function save(chart, title) {
  const link = document.createElement("a");
  link.href = chart.getDataURL({ pixelRatio: 2, backgroundColor: colour("surface") });
  link.download = `${title}.png`;
  link.click();
}

for (const canvas of document.querySelectorAll("[data-chart]")) draw(canvas);
