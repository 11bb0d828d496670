// The figures: what came in, what went out, what was held back and why, by program and over time.
const bars = (rows) => {
  const top = Math.max(1, ...rows.map((row) => row.good + row.held));
  return h("ul", { class: "bars" }, rows.map((row) => h("li", {},
    h("span", { class: "name", title: row.title || row.name }, row.name, row.kind && h("span", {}, " " + row.kind)),
    h("span", { class: "count" }, row.count),
    h("span", { class: "track" }, h("i", { style: { width: (100 * row.good) / top + "%" } }), h("i", { class: "held", style: { width: (100 * row.held) / top + "%" } })))));
};

const chart = (days) => {
  const w = 600, tall = 92, events = Math.max(1, ...days.map((d) => d[1])), mails = Math.max(1, ...days.map((d) => d[2]));
  const step = w / Math.max(days.length, 24), bar = Math.max(1, step - Math.min(3, step / 4));
  const el = svg("svg", { class: "chart", viewBox: `0 0 ${w} ${tall}`, preserveAspectRatio: "none", role: "img", "aria-label": "Events and accepted emails over time" });
  days.forEach(([at, e, m], i) => {
    const up = e ? Math.max(2, (e / events) * 56) : 0, down = m ? Math.max(2, (m / mails) * 26) : 0;
    const label = svg("title", {}, `${shortDay(at)}: ${plural(e, "event")}, ${plural(m, "email")}`);
    el.append(svg("g", {}, label, svg("rect", { class: "e", x: i * step, y: 58 - up, width: bar, height: up, rx: 1 }), svg("rect", { class: "m", x: i * step, y: 62, width: bar, height: down, rx: 1 })));
  });
  return el;
};

const kept = (kinds, count) => !kinds.length ? null : h("details", { class: "kept" },
  h("summary", {}, h("b", {}, plural(count, "record")), " could not be used and went to quarantine whole. Which, and why?"),
  h("div", {}, kinds.map((kind) => h("section", {}, h("h3", {}, kind.code, h("span", {}, ` \u00b7 ${whole(kind.count)}, at ${kind.where}`)),
    h("ul", {}, kind.records.map((one) => h("li", {}, one.reason, h("code", {}, one.record))), kind.count > kind.records.length ? h("li", {}, `and ${whole(kind.count - kind.records.length)} more`) : null)))));

const overviewPanel = (data) => {
  const s = data.summary, held = data.held.reduce((n, row) => n + row.count, 0);
  const figure = (kind, n, label, small) => h("div", { class: "figure " + kind }, h("span", { class: "eyebrow" }, label), h("b", {}, whole(n)), h("small", {}, small));
  const share = s.planned ? `${Math.round((100 * s.accepted) / s.planned)}% of planned` : "none planned";
  return h("section", { class: "panel overview", "aria-label": "Summary" },
    h("div", { class: "figures" },
      figure("", s.events, "Events", s.duplicates ? plural(s.duplicates, "duplicate") : "no duplicates"),
      figure("", s.customers, "Customers", plural(data.mailed, "heard from us", "heard from us")),
      figure("", s.planned, "Emails planned", plural(data.programs.length, "program")),
      figure("good", s.accepted, "Sent", share),
      figure(held ? "held" : "", held, "Held back", held ? plural(data.held.length, "reason") : "nothing held"),
      figure(s.quarantined ? "bad" : "", s.quarantined, "Quarantined", s.quarantined ? "kept whole" : "all was usable")),
    h("div", { class: "insight", style: { "border-top": "1px solid var(--line)" } },
      h("section", {}, h("h2", {}, "Over time"), data.days.length ? [chart(data.days), h("div", { class: "legend" }, h("span", {}, shortDay(data.days[0][0])), h("span", {}, h("span", { class: "key" }, "events"), "\u2003", h("span", { class: "key m" }, "emails")), h("span", {}, shortDay(data.days[data.days.length - 1][0])))] : h("p", { class: "empty" }, "Nothing yet.")),
      h("section", {}, h("h2", {}, "By program"), data.programs.length ? bars(data.programs.map((p) => ({ name: p.name, kind: p.kind, good: p.accepted, held: p.planned - p.accepted, count: p.planned === p.accepted ? `${whole(p.accepted)} sent` : `${whole(p.accepted)} of ${whole(p.planned)} sent` }))) : h("p", { class: "empty" }, "No emails were planned.")),
      h("section", {}, h("h2", {}, "Why mail was held back"), data.held.length ? bars(data.held.map((row) => ({ name: row.words, title: row.reason, good: 0, held: row.count, count: whole(row.count) }))) : h("p", { class: "empty" }, "Nothing was held back."))),
    kept(data.quarantine, s.quarantined),
    data.notes.map((text) => h("p", { class: "note" }, text)));
};
