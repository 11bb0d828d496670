// Pictures drawn beforehand, each with the same facts as a table. They are markup of ours: parsed as a picture, never as HTML.
const drawn = (markup) => document.importNode(new DOMParser().parseFromString(markup, "image/svg+xml").documentElement, true);
const factsTable = (head, rows) => h("div", { class: "facts-table", tabindex: "0" }, h("table", {},
  h("thead", {}, h("tr", {}, head.map((one) => h("th", { scope: "col" }, one)))),
  h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, i) => h(i ? "td" : "th", i ? {} : { scope: "row" }, cell)))))));
const folded = (summary, ...inside) => h("details", {}, h("summary", {}, summary), inside);
const figure = (one) => h("figure", { class: "picture", "data-name": one.name },
  h("figcaption", {}, h("h2", {}, one.title), one.note && h("p", {}, one.note)),
  one.svg && drawn(one.svg), one.rows.length ? folded("As a table", factsTable(one.head, one.rows)) : null);
const picturesPanel = (pictures) => {
  if (!pictures || !pictures.length) return null;
  const figures = pictures.filter((one) => one.name !== "more").map(figure), more = pictures.find((one) => one.name === "more");
  if (more) figures[0].append(folded(more.title, drawn(more.svg), factsTable(more.head, more.rows)));
  return h("details", { class: "panel pictures", open: place().id === null && innerWidth > 760 }, h("summary", {}, "Segments and stages"), h("div", { class: "gallery" }, figures));
};
