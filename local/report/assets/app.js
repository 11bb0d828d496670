// Puts the panels on the page and keeps them in step with the address; on the live page, asks for news every second.
(async () => {
  const app = document.getElementById("app"), run = document.getElementById("run");
  let people, serial = 0, listTop = 0;
  const title = (ok) => {
    const o = state.overview;
    run.replaceChildren(live ? h("span", { class: ok ? "dot" : "dot off" }) : "", ok ? o.title : "The server has stopped.");
  };
  const slot = (desk, name, panel) => {
    const old = desk.querySelector("." + name), wasOpen = old ? [...old.querySelectorAll("details")].map((one) => one.open) : [], top = old && old.querySelector(".scroll") ? old.querySelector(".scroll").scrollTop : 0;
    if (old) old.replaceWith(panel); else desk.append(panel);
    return [top, wasOpen];
  };
  const show = async (fresh) => {
    if (state.overview && !document.body.hasAttribute("data-open")) listTop = scrollY;
    const { id, mail } = place(), mine = ++serial, desk = app.querySelector(".desk"), all = state.overview.customers;
    const wide = matchMedia("(min-width: 761px)").matches, chosen = id === null && wide && all.length ? all[0].id : id;
    const index = all.findIndex((c) => c.id === chosen), row = all[index] || null;
    const detail = row ? await source.customer(row) : null;
    const first = detail && detail.timeline.find((item) => item.mail);
    const n = mail || (matchMedia("(min-width: 1241px)").matches && first ? first.mail : null);
    const letter = n ? await source.mail(row, n) : null;
    if (mine !== serial) return;
    const sameCustomer = state.customer === (row && row.id), sameMail = state.mail === n && sameCustomer;
    state.customer = row && row.id; state.mail = n;
    for (const [name, on] of [["data-customer", id !== null], ["data-mail", mail]]) desk.toggleAttribute(name, Boolean(on));
    document.body.toggleAttribute("data-open", id !== null);
    people.mark();
    const [top, wasOpen] = slot(desk, "life", lifePanel(detail, row));
    const slip = desk.querySelector(".slip[aria-current]"), lines = desk.querySelector(".life .scroll");
    if (!sameCustomer && mail && slip) lines.scrollTop += slip.getBoundingClientRect().top - lines.getBoundingClientRect().top - lines.clientHeight / 3;
    if (!wide && !fresh) scrollTo(0, id === null ? listTop : 0);
    if (sameCustomer && lines) { lines.querySelectorAll("details").forEach((one, i) => { one.open = Boolean(wasOpen[i]); }); lines.scrollTop = top; }
    if (!sameMail || !desk.querySelector(".reader") || (fresh && !letter)) slot(desk, "reader", readerPanel(letter, row, Boolean(detail) && detail.timeline.some((item) => item.mail === n)));
  };
  const draw = () => {
    people = peoplePanel();
    app.replaceChildren(...[overviewPanel(state.overview), picturesPanel(state.overview.pictures), h("div", { class: "desk" }, people)].filter(Boolean));
  };
  state.overview = await source.overview();
  title(true);
  draw();
  await show();
  addEventListener("hashchange", () => show());
  if (!live) return;
  const refresh = async () => {
    try {
      const news = await source.overview();
      const changed = news.version !== state.overview.version;
      state.overview = changed ? news : { ...state.overview, title: news.title };
      if (changed) { app.querySelector(".overview").replaceWith(overviewPanel(news)); people.fill(); await show(true); }
      title(true);
    } catch { title(false); }
    setTimeout(refresh, 1000);
  };
  setTimeout(refresh, 1000);
})();
