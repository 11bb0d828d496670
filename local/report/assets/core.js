"use strict";
// Small things the rest stands on: elements from plain text (never from markup), dates, money, and where data comes from.
const h = (tag, attributes, ...children) => {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
    else el.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) el.append(child);
  return el;
};
const svg = (tag, attributes, ...children) => {
  const el = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  el.append(...children);
  return el;
};
const whole = (n) => n.toLocaleString("en-GB");
const plural = (n, one, many) => `${whole(n)} ${n === 1 ? one : many || one + "s"}`;
const when = (options) => { const f = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }); return (at) => f.format(at); };
const clock = when({ hour: "2-digit", minute: "2-digit" });
const fullDay = when({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const shortDay = when({ day: "numeric", month: "short", year: "numeric" });
const instant = (at) => `${shortDay(at)}, ${clock(at)} UTC`;
const money = (amount, currency) => {
  try { return new Intl.NumberFormat("en-GB", { style: "currency", currency }).format(amount); } catch { return `${amount} ${currency}`; }
};
const initials = (name) => /^\d/.test(name) ? name.slice(0, 2) : name.replace(/@.*$/, "").replace(/[^\p{L}\p{N} ]+/gu, " ").trim().split(/\s+/).slice(0, 2).map((w) => [...w][0] || "").join("").toUpperCase() || "?";
const hue = (text) => { let n = 7; for (const c of text) n = (n * 31 + c.codePointAt(0)) % 9973; return (n * 137) % 360; };

const live = document.body.hasAttribute("data-live");
const embedded = (id) => { const el = document.getElementById(id); return el ? JSON.parse(el.textContent) : null; };
const fetched = async (path) => { const reply = await fetch(path); return reply.ok ? reply.json() : null; };
// Timelines and emails are in compressed blocks of many customers each; the few opened last are kept.
const opened = new Map();
const block = async (number) => {
  if (!opened.has(number)) {
    const text = embedded("block-" + number);
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    if (opened.size > 7) opened.delete(opened.keys().next().value);
    opened.set(number, new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).json());
  }
  return opened.get(number);
};
const packed = async (index) => {
  const first = state.overview.first, number = first.findLastIndex((start) => start <= index);
  return number < 0 ? null : (await block(number))[index - first[number]] || null;
};
const rowOf = (row, index) => { const [id, name, email, events, sent, held] = row; return { id, name, email, events, sent, held, index }; };
const unfolded = (o) => { if (o && o.customers) o.customers = o.customers.map(rowOf); return o; };
const source = live
  ? { overview: async () => unfolded(await fetched("live/overview?since=" + encodeURIComponent(state.overview ? state.overview.version : ""))), customer: (row) => fetched("live/customer?id=" + encodeURIComponent(row.id)), mail: (row, n) => fetched("live/mail/" + n) }
  : { overview: async () => unfolded(embedded("overview")), customer: async (row) => { const found = await packed(row.index); return found && found[0]; }, mail: async (row, n) => { const found = row && (await packed(row.index)); return (found && found[1][n]) || null; } };

// The address says what is open, so that the back button and links work: #/<customer id>/<mail number>
const state = { overview: null, customer: null, mail: null, query: "", only: "all", width: innerWidth < 761 ? "phone" : "desktop", theme: "light", pictures: true, tab: "html" };
const place = () => { const [, id, n] = location.hash.split("/"); return { id: id ? decodeURIComponent(id) : null, mail: n ? Number(n) : null }; };
const go = (id, mail) => { location.hash = id === null ? "#" : "#/" + encodeURIComponent(id) + (mail ? "/" + mail : ""); };
