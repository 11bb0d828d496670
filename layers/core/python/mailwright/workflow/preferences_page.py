"""The unsubscribe page: one question, one button; for screen readers, phones and dark rooms, without scripts."""

from html import escape

from mailwright.model.content import Shop

_STYLE = (
    ":root{color-scheme:light dark;--paper:#f3f0ea;--sheet:#fff;--ink:#1f2a2e;--quiet:#56656a;--pine:#1f5b4e;"
    "--on:#fff}"
    "@media(prefers-color-scheme:dark){:root{--paper:#12181a;--sheet:#1c2426;--ink:#eef2f0;--quiet:#a8b4b3;"
    "--pine:#8fd6c1;--on:#0f1f1b}}"
    "*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;"
    "background:var(--paper);color:var(--ink);font:17px/1.6 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,"
    "Helvetica,Arial,sans-serif}"
    "main{width:100%;max-width:460px;background:var(--sheet);border-radius:16px;padding:40px 36px}"
    ".shop{margin:0 0 28px;font:20px/1.3 Georgia,'Times New Roman',serif}h1{margin:0 0 12px;font:400 28px/1.3 Georgia,"
    "'Times New Roman',serif}p{margin:0 0 24px}.quiet{margin:0;color:var(--quiet);font-size:15px}"
    "button{appearance:none;border:0;border-radius:8px;padding:14px 28px;margin:0 0 24px;font:inherit;font-weight:600;"
    "background:var(--pine);color:var(--on);cursor:pointer}button:focus-visible,a:focus-visible{outline:3px solid "
    "var(--pine);outline-offset:3px}a{color:inherit}@media(max-width:480px){main{padding:32px 24px}button{width:100%}}"
)


def ask(shop: Shop) -> str:
    """The question and the button that posts the same form as a mail program."""
    return _page(
        shop,
        "Unsubscribe?",
        "<h1>Stop emails from us?</h1>"
        f"<p>One click, and {escape(shop.name)} sends you no more news, offers or reminders. "
        "It takes effect at once.</p>"
        '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
        '<button type="submit">Unsubscribe</button></form>'
        '<p class="quiet">Messages about your orders still reach you.</p>',
    )


def done(shop: Shop) -> str:
    """It is done; the same the second time."""
    return _page(
        shop,
        "You are unsubscribed",
        '<h1 role="status">You are unsubscribed</h1>'
        f"<p>{escape(shop.name)} will not send you news, offers or reminders any more.</p>"
        '<p class="quiet">Messages about your orders still reach you. You can close this page.</p>',
    )


def unknown(shop: Shop) -> str:
    """For a link that is none of ours, or was cut off."""
    reply = escape(shop.reply_to or shop.sender)
    return _page(
        shop,
        "This link does not work",
        "<h1>This link does not work</h1>"
        "<p>Part of it may have been lost on the way. Please open it from the email again, or copy all of it.</p>"
        f'<p class="quiet">Or write to us and we will do it for you: {reply}</p>',
    )


def _page(shop: Shop, title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} - {escape(shop.name)}</title><style>{_STYLE}</style></head>"
        f'<body><main><p class="shop">{escape(shop.name)}</p>{body}</main></body></html>'
    )
