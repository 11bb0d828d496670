"""Content: what a marketer wrote, checked and compiled; the one file that travels to the functions.

`mailwright publish` writes it, `content.load` reads it.
"""

from typing import Literal

import msgspec

from mailwright.expression.tree import Expr
from mailwright.model.clusters import Clusters
from mailwright.model.scale import STANDARD, Scale
from mailwright.model.send import Class


class Shop(msgspec.Struct, frozen=True):
    """Who writes: shown in every email, and the sender's identity."""

    name: str
    url: str
    sender: str  # "Example Shop <hello@shop.example.com>"
    address: str  # postal address line, which the law asks for in every marketing email
    reply_to: str = ""
    logo_url: str = ""
    currency: str = "EUR"
    locale: str = "en"
    timezone: str = "UTC"
    cap: int = 3  # marketing emails to one person in any seven days
    scale: Scale = STANDARD


class Segment(msgspec.Struct, frozen=True):
    name: str
    description: str
    when: Expr
    sql: str = ""  # as written
    persona: int = 0  # rank among the personas, 1 the first; 0: not a persona
    approach: str = ""  # the marketing it is for


class Offer(msgspec.Struct, frozen=True):
    name: str
    title: str
    text: str
    code: str = ""
    url: str = ""
    when: Expr | None = None


class Template(msgspec.Struct, frozen=True):
    """Jinja2 sources after MJML: `html` is a complete document, `text` its twin."""

    name: str
    subject: str
    preheader: str
    html: str
    text: str
    description: str = ""
    cls: Class = "M"


class Step(msgspec.Struct, frozen=True):
    """One instruction. `id` is stable across edits (given in the file, or made from its place); `next` is the id
    of what follows, "" for the end. Which fields count depends on `op`.
    """

    id: str
    op: Literal["wait", "send", "if", "split"]
    next: str = ""
    wait: int = 0  # milliseconds
    until: str = ""  # wait: then on to this time of day ("09:00") on the customer's clock
    template: str = ""
    subject: str = ""
    offers: list[str] = []
    when: Expr | None = None  # if: the condition; send: must hold when the email is sent
    otherwise: str = ""  # if: next when the condition is not true
    branches: list[tuple[str, int, str]] = []  # split: (label, weight, next)
    sql: str = ""  # the condition as written, for traces


class Journey(msgspec.Struct, frozen=True):
    name: str
    description: str
    first: str  # id of the first step
    steps: dict[str, Step]
    enter_on: list[str] = []  # event names; "segment:<name>" for becoming a member of a segment
    enter_when: Expr | None = None
    exit_on: list[str] = []  # event names; "left:<name>" for ceasing to be a member of a segment
    exit_when: Expr | None = None
    again: int | None = None  # milliseconds after the end before one may enter again; None: never
    rearm: bool = False  # a repeated entry event at the first wait starts that wait anew
    cls: Class = "M"
    enter_sql: str = ""  # the conditions as written, for traces
    exit_sql: str = ""


class Campaign(msgspec.Struct, frozen=True):
    """One template to one segment, once per slot of its schedule."""

    name: str
    description: str
    segment: str
    template: str
    at: str  # ISO instant for one run, or a five-field cron line (UTC)
    offers: list[str] = []
    cls: Class = "M"


class Content(msgspec.Struct, frozen=True):
    shop: Shop
    version: str = ""  # of the sources: 12 hex digits
    segments: dict[str, Segment] = {}
    journeys: dict[str, Journey] = {}
    campaigns: dict[str, Campaign] = {}
    templates: dict[str, Template] = {}
    offers: dict[str, Offer] = {}
    clusters: Clusters | None = (
        None  # learnt and not written: what runs puts the model in use here; it is not published
    )


encode_content = msgspec.json.Encoder(order="deterministic").encode
decode_content = msgspec.json.Decoder(Content).decode
