"""Cells to values, as the map says they are written; what cannot be read is Refused with a reason."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from local.convert.column_map import ColumnMap
from mailwright.model.problem import Problem
from mailwright.model.times import DAY, SECOND
from mailwright.sources import fields

_MOST = Decimal(fields.MOST)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Refused(Exception):
    """A row that cannot be used: `reason` is counted, the text says what was wrong with this one."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Values:
    """Reads cells by one map."""

    def __init__(self, column_map: ColumnMap) -> None:
        self._map = column_map
        self._decimal: Callable[[str], Decimal] = lru_cache(maxsize=65_536)(self._number)
        self.time: Callable[[str], int] = lru_cache(maxsize=4_096)(self._time)
        self._traits = lru_cache(maxsize=65_536)(self._read_traits)
        names = [*re.findall(r"{([^{}]+)}", column_map.email), *(each.column for each in column_map.traits.values())]
        self._trait_columns = tuple(dict.fromkeys(names))

    def cancelled(self, row: dict[str, str]) -> bool:
        how = self._map.cancelled
        if how is None:
            return False
        if how.negative:
            return self._pieces(row) < 0
        return how.pattern is not None and how.pattern.fullmatch(row[how.column].strip()) is not None

    def quantity(self, row: dict[str, str], cancelled: bool) -> int:
        """Pieces, above 0; exports write those of a cancelled row below it."""
        pieces = abs(self._pieces(row)) if cancelled else self._pieces(row)
        if pieces <= 0:
            raise Refused("quantity_not_positive", f"quantity {pieces} is not above 0")
        return pieces

    def price(self, cell: str) -> Decimal:
        price = self._decimal(cell)
        if price < 0 or (price == 0 and not self._map.keep_free):
            raise Refused("price_not_positive", f"price {cell.strip()} is not above 0")
        return price

    def total(self, row: dict[str, str]) -> Decimal:
        """What the order came to, as the export says it; a cancelled one may be written below 0."""
        return abs(self._decimal(row[self._map.columns["total"]]))

    def traits(self, row: dict[str, str]) -> dict[str, str]:
        """Email and other traits; empty cells are left out, an address that cannot be one is Refused."""
        return self._traits(tuple(row[name].strip() for name in self._trait_columns))

    def _read_traits(self, cells: tuple[str, ...]) -> dict[str, str]:
        known = dict(zip(self._trait_columns, cells, strict=True))
        found: dict[str, str] = {}
        needed = re.findall(r"{([^{}]+)}", self._map.email)
        if self._map.email and all(known[name] for name in needed):
            address = re.sub(r"{([^{}]+)}", lambda match: known[match[1]], self._map.email)
            try:
                found["email"] = fields.email(address, "email") or address
            except Problem as problem:
                raise Refused("unusable_email", problem.message) from problem
        for name, trait in self._map.traits.items():
            if value := trait.values.get(known[trait.column], known[trait.column]):
                found[name] = value
        return found

    def _pieces(self, row: dict[str, str]) -> int:
        if "quantity" not in self._map.columns:
            return 1
        number = self._decimal(row[self._map.columns["quantity"]])
        if number != number.to_integral_value():
            raise Refused("not_a_whole_number", f"quantity {number} is not a whole number")
        return int(number)

    def _number(self, cell: str) -> Decimal:
        text = cell.strip()
        plain = text.replace(".", "").replace(",", ".") if self._map.decimal == "," else text.replace(",", "")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise Refused("not_a_number", f"{text[:60]!r} is not a number") from None
        if not number.is_finite() or abs(number) > _MOST:
            raise Refused("not_a_number", f"{text[:60]!r} is not a number that can be meant")
        return number

    def _time(self, cell: str) -> int:
        text, form = cell.strip(), self._map.time_format
        try:
            if form == "unix":
                return int(float(text) * SECOND)
            moment = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
        except (ValueError, OverflowError):
            raise Refused("not_a_time", f"{text[:60]!r} is not a time written like {form}") from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._map.timezone)
        since = moment.astimezone(UTC) - _EPOCH
        at = since.days * DAY + since.seconds * SECOND + since.microseconds // 1_000
        if at <= 0:
            raise Refused("not_a_time", f"{text[:60]!r} is before 1970")
        return at
