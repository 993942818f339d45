// Draws the charts of a page from the numbers beside them.
"use strict";

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
const palette = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((index) => colour(`chart-${index}`));
const quiet = [colour("chart-quiet-1"), colour("chart-quiet-2")];
const format = new Intl.NumberFormat(document.documentElement.lang).format;
const font = getComputedStyle(document.body).fontFamily;

// What is over, or is nothing, is grey; the rest takes the palette in turn.
function coloured(names, muted) {
  const turn = { palette: 0, quiet: 0 };
  return names.map((name) =>
    muted.includes(name) ? quiet[turn.quiet++ % quiet.length] : palette[turn.palette++ % palette.length],
  );
}

// Whether the parts have names that the reader has to be told.
const parted = (figures) => Boolean(figures.split) || figures.series.length > 1;

function common(figures) {
  const names = figures.kind === "pie" ? figures.labels : figures.series.map(({ name }) => name);
  return {
    color: coloured(names, figures.muted),
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: font, color: colour("ink-2") },
    tooltip: { renderMode: "richText", confine: true, valueFormatter: format, textStyle: { fontFamily: font } },
    legend: { show: parted(figures), type: "scroll", bottom: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: colour("ink-2") } },
  };
}

// Beside a pie on a phone there is no room for words: they stand below it.
function pie(figures) {
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
  const stacked = figures.series.length > 1 && !figures.beside;
  return {
    ...common(figures),
    tooltip: { ...common(figures).tooltip, trigger: "axis", axisPointer: { type: "shadow" } },
    grid: { left: 8, right: 40, top: 8, bottom: parted(figures) ? 36 : 8, containLabel: true },
    xAxis: { type: "value", minInterval: 1, axisLabel: { formatter: format }, splitLine: { lineStyle: { color: colour("line") } } },
    yAxis: {
      type: "category",
      inverse: true,
      data: figures.labels,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("line-2") } },
      axisLabel: { width: 150, overflow: "truncate", color: colour("ink") },
    },
    series: figures.series.map(({ name, data }) => ({
      type: "bar",
      name,
      data,
      stack: stacked ? "all" : undefined,
      barMaxWidth: 18,
      itemStyle: { borderRadius: stacked ? 0 : [0, 4, 4, 0] },
      label: { show: !stacked, position: "right", color: colour("ink-2"), formatter: ({ value }) => format(value) },
    })),
  };
}

function lines(figures) {
  return {
    ...common(figures),
    tooltip: { ...common(figures).tooltip, trigger: "axis" },
    grid: { left: 8, right: 32, top: 16, bottom: parted(figures) ? 36 : 8, containLabel: true },
    xAxis: { type: "category", data: figures.labels, boundaryGap: false, axisLine: { lineStyle: { color: colour("line-2") } } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { formatter: format }, splitLine: { lineStyle: { color: colour("line") } } },
    series: figures.series.map(({ name, data }) => ({
      type: "line",
      name,
      data,
      symbolSize: 6,
      lineStyle: { width: 2.5 },
      areaStyle: figures.series.length === 1 ? { opacity: 0.12 } : undefined,
    })),
  };
}

function draw(canvas) {
  const figures = JSON.parse(canvas.nextElementSibling.textContent);
  figures.muted = canvas.dataset.quiet.split("|");
  if (figures.kind === "bar") canvas.style.height = `${Math.max(200, 70 + 30 * figures.labels.length)}px`;
  const chart = echarts.init(canvas, null, { renderer: "canvas" });
  const option = { pie, bar: bars, line: lines }[figures.kind];
  chart.setOption(option(figures));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(option(figures));
  }).observe(canvas);
  const button = canvas.closest(".chart").querySelector("[data-png]");
  button.hidden = false;
  button.addEventListener("click", () => save(chart, figures.title));
}

function save(chart, title) {
  const link = document.createElement("a");
  link.href = chart.getDataURL({ pixelRatio: 2, backgroundColor: colour("surface") });
  link.download = `${title}.png`;
  link.click();
}

for (const canvas of document.querySelectorAll("[data-chart]")) draw(canvas);
