// The list of customers: search, three filters, drawn a hundred at a time as it is scrolled.
const PAGE = 100;
const matching = () => {
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  return state.overview.customers.filter((c) =>
    (state.only === "all" || (state.only === "mailed" ? c.sent : c.held)) && words.every((word) => (c.id + " " + c.name + " " + c.email).toLowerCase().includes(word)));
};
const person = (c) => h("li", {}, h("button", { type: "button", "data-id": c.id, "aria-current": c.id === state.customer ? "true" : null, onclick: () => go(c.id, null) },
  h("span", { class: "face", style: { "--hue": hue(c.id) }, "aria-hidden": "true" }, initials(c.name || c.email || c.id)),
  h("span", { class: "who" }, h("b", {}, c.name || c.email || c.id), h("span", {}, c.name && c.email ? c.email : plural(c.events, "event"))),
  h("span", { class: "marks" }, c.sent ? h("span", { class: "mark good", title: plural(c.sent, "email") + " sent" }, whole(c.sent)) : null, c.held ? h("span", { class: "mark held", title: plural(c.held, "email") + " held back" }, whole(c.held)) : null)));

const peoplePanel = () => {
  const list = h("ul", { class: "people" }), more = h("div", {}), scroll = h("div", { class: "scroll" }, list, more);
  let found = [], drawn = 0;
  const draw = () => { list.append(...found.slice(drawn, drawn + PAGE).map(person)); drawn = Math.min(found.length, drawn + PAGE); };
  const fill = () => {
    const keep = Math.max(PAGE, drawn);
    found = matching(); drawn = 0; list.replaceChildren(); more.replaceChildren();
    while (drawn < Math.min(keep, found.length)) draw();
    if (!found.length) more.append(h("p", { class: "empty" }, state.overview.customers.length ? "No customer matches." : "No customers yet."));
    mark.textContent = found.length === state.overview.customers.length ? plural(found.length, "customer") : `${whole(found.length)} of ${plural(state.overview.customers.length, "customer")}`;
  };
  new IntersectionObserver((seen) => { if (seen[0].isIntersecting && drawn < found.length) draw(); }, { rootMargin: "600px" }).observe(more);
  more.style.minHeight = "1px";
  const mark = h("p", { class: "eyebrow", "aria-live": "polite" });
  const input = h("input", { type: "search", placeholder: "Search name, address or id", "aria-label": "Search customers", value: state.query, oninput: (e) => { state.query = e.target.value; drawn = 0; scroll.scrollTop = 0; fill(); } });
  const choice = choose([["all", "All"], ["mailed", "Mailed"], ["held", "Held back"]], () => state.only, (value) => { state.only = value; drawn = 0; fill(); }, "Show");
  const panel = h("section", { class: "panel list", id: "customers", "aria-label": "Customers" }, h("div", { class: "search" }, input, choice, mark), scroll);
  panel.fill = fill;
  panel.mark = () => { for (const b of list.querySelectorAll("button")) { if (b.dataset.id === state.customer) b.setAttribute("aria-current", "true"); else b.removeAttribute("aria-current"); } };
  fill();
  return panel;
};

// A row of buttons of which one is pressed.
const choose = (options, get, set, label) => {
  const group = h("div", { class: "seg", role: "group", "aria-label": label });
  const show = () => { for (const b of group.children) b.setAttribute("aria-pressed", String(b.dataset.value === String(get()))); };
  group.append(...options.map(([value, text]) => h("button", { type: "button", "data-value": value, onclick: () => { set(value); show(); } }, text)));
  show();
  return group;
};
