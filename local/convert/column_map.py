"""The column map: what the columns of an order export mean, read from YAML with the place of every mistake."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailwright.content.document import Document, Where, read
from mailwright.content.findings import Finding, meant

# What a column can be. Needed are order_id, customer_id and time, and either total or product_id with a price.
COLUMNS = {
    "order_id": "names the order a line belongs to",
    "customer_id": "names the customer",
    "time": "when it was ordered",
    "product_id": "names the product",
    "name": "the product's title",
    "quantity": "pieces; 1 when there is no such column",
    "price": "of one piece",
    "category": "of the product",
    "brand": "of the product",
    "sku": "of the product",
    "url": "of the product's page",
    "image_url": "of the product's picture",
    "total": "of the whole order, when the export has it; else lines are added up",
    "currency": "of the order",
    "coupon": "of the order",
}
NEEDED = ("order_id", "customer_id", "time")
KEYS = ("description", "delimiter", "encoding", "decimal", "columns", "time", "currency", "email", "traits",
        "cancelled", "zero_price", "lines_apart", "id_prefix")  # fmt: skip


class MapInvalid(Exception):
    """Every mistake in a map, each with its place."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(map(str, self.findings)))


@dataclass(frozen=True)
class Trait:
    """A trait of the customer: the column it stands in, and what its values are called here."""

    column: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cancelled:
    """How a cancelled row is known: its column matches, or its quantity is negative."""

    column: str = ""
    pattern: re.Pattern[str] | None = None
    negative: bool = False
    also_ordered: bool = False  # the export has no other row that says it was ordered


@dataclass(frozen=True)
class ColumnMap:
    columns: dict[str, str]
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    time_format: str = "iso"  # iso, unix or a strptime format
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    currency: str = ""
    email: str = ""  # "{CustomerID}@example.com": column names in braces
    traits: dict[str, Trait] = field(default_factory=dict)
    cancelled: Cancelled | None = None
    keep_free: bool = True  # lines of price 0
    lines_apart: int = 1000  # how many other orders may come between two lines of one
    id_prefix: str = ""
    document: Document = field(default_factory=lambda: Document("", None))

    def used(self) -> dict[str, Where]:
        """Every column of the file that is read, and where in the map it is named."""
        found: dict[str, Where] = {column: ("columns", role) for role, column in self.columns.items()}
        found |= {trait.column: ("traits", name) for name, trait in self.traits.items()}
        found |= dict.fromkeys(re.findall(r"{([^{}]+)}", self.email), ("email",))
        if self.cancelled and self.cancelled.column:
            found[self.cancelled.column] = ("cancelled", "column")
        return found


def read_map(path: Path) -> ColumnMap:
    """The map in a file; MapInvalid with every mistake, each with the path as it was given."""
    document, findings = read(path, path.parent)
    if document is None:
        raise MapInvalid([replace(finding, file=str(path)) for finding in findings])
    document.file = str(path)
    reader = _Reader(document)
    found = reader.map()
    if reader.findings or found is None:
        raise MapInvalid(reader.findings)
    return found


class _Reader:
    """Reads one document and collects what is wrong with it, so that all of it is said at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []
        self.columns_given: dict[str, str] = {}

    def wrong(self, where: Where, message: str, hint: str = "") -> None:
        self.findings.append(self.document.finding(where, message, hint))

    def map(self) -> ColumnMap | None:
        data = self.object((), self.document.data, KEYS)
        if not data:
            return None
        columns = self.columns_given = self.columns(data.get("columns"))
        time = self.object(("time",), data.get("time", {}), ("format", "timezone"))
        return ColumnMap(
            columns=columns,
            delimiter=self.choice(("delimiter",), data.get("delimiter", ","), (",", ";", "\t", "|")),
            encoding=self.encoding(data.get("encoding", "utf-8")),
            decimal=self.choice(("decimal",), data.get("decimal", "."), (".", ",")),
            time_format=self.text(("time", "format"), time.get("format", "iso")),
            timezone=self.timezone(time.get("timezone", "UTC")),
            currency=self.text(("currency",), data.get("currency", "")),
            email=self.text(("email",), data.get("email", "")),
            traits=self.traits(data.get("traits", {})),
            cancelled=self.cancelled(data.get("cancelled")),
            keep_free=self.choice(("zero_price",), data.get("zero_price", "keep"), ("keep", "reject")) == "keep",
            lines_apart=self.count(("lines_apart",), data.get("lines_apart", 1000)),
            id_prefix=self.text(("id_prefix",), data.get("id_prefix", "")),
            document=self.document,
        )

    def columns(self, value: Any) -> dict[str, str]:
        given = self.object(("columns",), value, tuple(COLUMNS))
        columns = {role: self.text(("columns", role), name) for role, name in given.items()}
        for role in NEEDED:
            if role not in columns:
                self.wrong(("columns",), f"columns does not say which column is {role}: it {COLUMNS[role]}")
        if "total" not in columns and not {"product_id", "price"} <= set(columns):
            self.wrong(("columns",), "columns needs total, or product_id and price, to know what an order came to")
        return columns

    def traits(self, value: Any) -> dict[str, Trait]:
        found = {}
        for name, one in self.object(("traits",), value).items():
            if isinstance(one, str):
                found[name] = Trait(one)
                continue
            where = ("traits", name)
            given = self.object(where, one, ("column", "values"))
            values = self.object((*where, "values"), given.get("values", {}))
            found[name] = Trait(
                self.text((*where, "column"), given.get("column")),
                {str(key): self.text((*where, "values", str(key)), each) for key, each in values.items()},
            )
        return found

    def cancelled(self, value: Any) -> Cancelled | None:
        if value is None:
            return None
        given = self.object(("cancelled",), value, ("column", "matches", "quantity", "also_ordered"))
        also = given.get("also_ordered", False)
        if not isinstance(also, bool):
            self.wrong(("cancelled", "also_ordered"), "also_ordered must be true or false")
        if "quantity" in given:
            self.choice(("cancelled", "quantity"), given["quantity"], ("negative",))
            if "quantity" not in self.columns_given:
                self.wrong(("cancelled", "quantity"), "there is no column for quantity, so none can be negative")
            return Cancelled(negative=True, also_ordered=also is True)
        pattern = None
        try:
            pattern = re.compile(self.text(("cancelled", "matches"), given.get("matches")))
        except re.error as error:
            self.wrong(("cancelled", "matches"), f"matches is not a regular expression: {error}")
        return Cancelled(self.text(("cancelled", "column"), given.get("column")), pattern, also_ordered=also is True)

    def object(self, where: Where, value: Any, known: tuple[str, ...] = ()) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.wrong(where, f"{where[-1] if where else 'the map'} must be a list of `name: value`")
            return {}
        for key in value:
            if known and key not in known:
                self.wrong((*where, str(key)), f"unknown key {key!r}", meant(str(key), known) or ", ".join(known))
        return {key: one for key, one in value.items() if not known or key in known}

    def text(self, where: Where, value: Any) -> str:
        if not isinstance(value, str):
            self.wrong(where, f"{where[-1]} must be text" if value is not None else f"{where[-1]} is missing")
            return ""
        return value

    def choice(self, where: Where, value: Any, known: tuple[str, ...]) -> str:
        if value not in known:
            self.wrong(where, f"{where[-1]} must be one of {', '.join(map(repr, known))}, not {value!r}")
            return known[0]
        return str(value)

    def count(self, where: Where, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.wrong(where, f"{where[-1]} must be a whole number, 0 or more")
            return 0
        return value

    def encoding(self, value: Any) -> str:
        name = self.text(("encoding",), value)
        try:
            "".encode(name or "utf-8")
        except LookupError:
            self.wrong(("encoding",), f"{name!r} is no encoding", "write for example utf-8, windows-1252 or iso-8859-1")
            return "utf-8"
        return name

    def timezone(self, value: Any) -> ZoneInfo:
        name = self.text(("time", "timezone"), value)
        try:
            return ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.wrong(("time", "timezone"), f"{name!r} is no time zone", "write for example Europe/London")
            return ZoneInfo("UTC")
