// One customer: who they are, and what happened in order, with every email planned, sent or held and the reason in words.
const why = (lines) => lines && lines.length ? h("details", { class: "why" }, h("summary", {}, "Why?"), h("ul", {}, lines.map(([text, rule]) => h("li", {}, text, rule ? [" ", h("code", {}, rule)] : null)))) : null;

const slip = (item, id) => {
  const inside = [
    h("span", { class: "meta" }, h("span", {}, item.program), h("span", { class: "pill " + item.tone }, item.state)),
    h("b", {}, item.title), item.text ? h("span", { class: "meta" }, item.text) : null];
  return item.mail
    ? h("button", { type: "button", class: "slip", "data-mail": item.mail, "aria-current": item.mail === state.mail ? "true" : null, onclick: () => go(id, item.mail) }, inside)
    : h("div", { class: "slip" }, inside);
};

const entry = (item, id) => h("li", { class: "item " + item.kind + " " + (item.tone || "") },
  h("time", { datetime: new Date(item.at).toISOString(), title: instant(item.at) }, clock(item.at)), h("i", { "aria-hidden": "true" }),
  h("div", {}, item.kind === "mail" ? slip(item, id) : [h("p", {}, item.title), item.text ? h("p", { class: "more" }, item.text) : null], why(item.why)));

const timeline = (detail) => {
  const list = h("ol", { class: "line" });
  let day = "";
  if (detail.note) list.append(h("li", {}, h("p", { class: "empty" }, detail.note)));
  for (const item of detail.timeline) {
    const name = fullDay(item.at);
    if (name !== day) { list.append(h("li", { class: "day" }, name)); day = name; }
    list.append(entry(item, detail.id));
  }
  return list;
};

const lifePanel = (detail, row) => {
  const panel = h("section", { class: "panel life", "aria-label": "Timeline" });
  if (!detail) {
    panel.append(h("p", { class: "empty" }, row ? "This customer's timeline is not in this file, to keep it small enough to open. sends.ndjson and profiles.ndjson hold everyone." : "Choose a customer to see their timeline."));
    return panel;
  }
  const title = row && (row.name || row.email) ? row.name || row.email : detail.id;
  panel.append(
    h("header", {}, h("button", { type: "button", class: "back", onclick: () => go(null) }, "\u2190 All customers"),
      h("div", {}, h("h2", {}, title), h("p", { class: "sub" }, [row && row.name ? row.email : "", detail.id === title || detail.id === (row && row.email) ? "" : detail.id].filter(Boolean).join(" \u00b7 "))),
      h("dl", { class: "facts" }, detail.facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
      detail.chips.length ? h("div", { class: "chips" }, detail.chips.map(([text, on]) => h("span", { class: on ? "chip on" : "chip" }, text))) : null),
    h("div", { class: "scroll" }, timeline(detail)));
  return panel;
};
