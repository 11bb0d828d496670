"""The tree a rule is compiled to. SQL's three-valued logic: a missing value is None and spreads."""

from typing import Literal

import msgspec

Scalar = bool | int | float | str | None


class Const(msgspec.Struct, frozen=True, tag="const", tag_field="is"):
    value: Scalar


class Column(msgspec.Struct, frozen=True, tag="column", tag_field="is"):
    name: str


class Not(msgspec.Struct, frozen=True, tag="not", tag_field="is"):
    term: "Expr"


class And(msgspec.Struct, frozen=True, tag="and", tag_field="is"):
    terms: list["Expr"]


class Or(msgspec.Struct, frozen=True, tag="or", tag_field="is"):
    terms: list["Expr"]


class Compare(msgspec.Struct, frozen=True, tag="compare", tag_field="is"):
    op: Literal["=", "<>", "<", "<=", ">", ">="]
    left: "Expr"
    right: "Expr"


class Among(msgspec.Struct, frozen=True, tag="in", tag_field="is"):
    term: "Expr"
    values: list[Scalar]


class IsNull(msgspec.Struct, frozen=True, tag="null", tag_field="is"):
    term: "Expr"


class Like(msgspec.Struct, frozen=True, tag="like", tag_field="is"):
    term: "Expr"
    pattern: str


class Arithmetic(msgspec.Struct, frozen=True, tag="math", tag_field="is"):
    op: Literal["+", "-", "*"]
    left: "Expr"
    right: "Expr"


class InSegment(msgspec.Struct, frozen=True, tag="segment", tag_field="is"):
    name: str


Expr = Const | Column | Not | And | Or | Compare | Among | IsNull | Like | Arithmetic | InSegment
