// One email as it would look: desktop or phone width, light or dark, with or without remote images; its text and headers.
const WIDTHS = { desktop: 600, phone: 360 };
// The mail decides on dark by media query; the preview decides for it, so that both can be seen on one screen.
const themed = (html, theme) => {
  html = html.replace(/@import\s+url\([^)]*\)\s*;?/gi, ""); // web fonts: there is no network here
  const yes = "(min-width:0px)", no = "(max-width:0px)";
  return html.replace(/\(\s*prefers-color-scheme\s*:\s*dark\s*\)/gi, theme === "dark" ? yes : no).replace(/\(\s*prefers-color-scheme\s*:\s*light\s*\)/gi, theme === "dark" ? no : yes);
};
const prepared = (html, theme, pictures) => {
  const doc = new DOMParser().parseFromString(themed(html, theme), "text/html");
  if (!pictures) for (const img of doc.querySelectorAll("img")) img.removeAttribute("src"); // what is left is what its alt says
  for (const el of doc.querySelectorAll("link, base, script")) el.remove();
  const base = doc.createElement("base"), fit = doc.createElement("style");
  base.target = "_blank";
  fit.textContent = "html{overflow:hidden}";
  doc.head.prepend(base);
  doc.head.append(fit);
  return "<!doctype html>" + doc.documentElement.outerHTML;
};

const framed = (mail) => {
  const width = WIDTHS[state.width], phone = state.width === "phone";
  const frame = h("iframe", { sandbox: "allow-same-origin allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer", title: "Email: " + mail.subject, width, height: 640, scrolling: "no" });
  const box = h("div", { class: `frame ${state.theme} ${phone ? "phone" : ""}` }, frame), stage = h("div", { class: "stage" }, box);
  const fit = () => {
    if (!stage.isConnected || !frame.contentDocument || !frame.contentDocument.body) return;
    const edge = phone ? 18 : 2, scale = Math.min(1, (stage.clientWidth - 32 - edge) / width);
    frame.style.height = "60px";
    const tall = Math.max(phone ? 560 : 240, frame.contentDocument.documentElement.scrollHeight, frame.contentDocument.body.scrollHeight);
    frame.style.height = tall + "px";
    frame.style.transform = scale < 1 ? `scale(${scale})` : "";
    box.style.width = width * scale + edge + "px";
    box.style.height = tall * scale + edge + "px";
  };
  frame.addEventListener("load", () => { fit(); for (const img of frame.contentDocument.images) img.addEventListener("load", fit); });
  new ResizeObserver(() => requestAnimationFrame(fit)).observe(stage);
  frame.srcdoc = prepared(mail.html, state.theme, state.pictures);
  return stage;
};

const headersOf = (mail) => h("dl", { class: "source" }, mail.headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

const readerPanel = (mail, row, theirs) => {
  const panel = h("section", { class: "panel reader", "aria-label": "Email" });
  if (!mail) {
    panel.append(h("p", { class: "empty" }, state.mail && !theirs ? "This customer got no email with that number." : state.mail ? "This email is not in this file, to keep it small enough to open: see outbox/" + state.mail + ".eml beside it." : "Choose an email in the timeline to see it as it would look."));
    return panel;
  }
  const body = h("div", { class: "scroll" });
  const draw = () => {
    const views = { html: () => (mail.html ? framed(mail) : h("p", { class: "empty" }, "This email has no HTML part.")), text: () => h("div", { class: "stage" }, h("pre", { class: "plain" }, mail.text)), source: () => headersOf(mail) };
    body.replaceChildren(views[state.tab]());
    body.append(h("p", { class: "foot" },
      live ? null : ["Complete, as SES would get it: ", h("a", { href: `outbox/${mail.n}.eml` }, `outbox/${mail.n}.eml`), ". "],
      state.tab === "html" && /<img/i.test(mail.html) ? "Product pictures are stand-ins here: this page asks nothing of any network." : null));
    for (const el of panel.querySelectorAll("[data-html]")) el.hidden = state.tab !== "html";
  };
  const set = (name) => (value) => { state[name] = value; draw(); };
  const group = (name, options, label) => choose(options, () => state[name], set(name), label);
  const only = (el) => { el.setAttribute("data-html", ""); return el; };
  const pictures = h("div", { class: "seg" }, h("button", { type: "button", "aria-pressed": String(state.pictures), title: "As in a mail program that blocks pictures, or not", onclick: (e) => { state.pictures = !state.pictures; e.target.setAttribute("aria-pressed", String(state.pictures)); draw(); } }, "Pictures"));
  panel.append(
    h("div", { class: "bar" }, h("button", { type: "button", class: "back", onclick: () => go(state.customer, null) }, "\u2190 Timeline"),
      group("tab", [["html", "HTML"], ["text", "Text"], ["source", "Headers"]], "Part"), h("span", { class: "gap" }),
      only(group("width", [["desktop", "Desktop"], ["phone", "Phone"]], "Width")), only(group("theme", [["light", "Light"], ["dark", "Dark"]], "Colours")),
      only(pictures)),
    h("div", { class: "about" }, h("h2", {}, mail.subject), mail.preheader ? h("p", { class: "preheader" }, mail.preheader) : null,
      h("p", { class: "route" }, `${mail.from} \u2192 ${mail.to} \u00b7 ${instant(mail.at)}`)),
    body);
  draw();
  return panel;
};
