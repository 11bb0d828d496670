"""The tree of DynamoDB's expression language."""

from typing import NamedTuple


class Location(NamedTuple):
    """A path into an item: attribute names (or `#aliases`) and list indexes."""

    parts: tuple[str | int, ...]


class Placeholder(NamedTuple):
    """A `:value`, colon included."""

    name: str


class Size(NamedTuple):
    location: Location


Operand = Location | Placeholder | Size


class Compare(NamedTuple):
    op: str
    left: Operand
    right: Operand


class Between(NamedTuple):
    term: Operand
    low: Operand
    high: Operand


class Among(NamedTuple):
    term: Operand
    choices: tuple[Operand, ...]


class Call(NamedTuple):
    function: str
    location: Location
    argument: Operand | None


class Not(NamedTuple):
    term: "Condition"


class And(NamedTuple):
    left: "Condition"
    right: "Condition"


class Or(NamedTuple):
    left: "Condition"
    right: "Condition"


Condition = Compare | Between | Among | Call | Not | And | Or


class IfNotExists(NamedTuple):
    location: Location
    otherwise: "Expression"


class ListAppend(NamedTuple):
    left: "Expression"
    right: "Expression"


class Arithmetic(NamedTuple):
    op: str  # + or -
    left: "Expression"
    right: "Expression"


Expression = Location | Placeholder | IfNotExists | ListAppend | Arithmetic


class Action(NamedTuple):
    """One step of an update: SET location = value, REMOVE location, ADD or DELETE location value."""

    clause: str
    location: Location
    value: Expression | None
