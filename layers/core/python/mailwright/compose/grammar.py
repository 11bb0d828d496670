"""What a template may be made of: an allow-list over Jinja2's syntax tree, and the tree made safe to run.

Everything not named here is refused when content is published, and again when a template is compiled to be run:
calls, assignments, macros, includes, powers, unknown filters. What is left can only read plain data, branch and loop.
"""

from dataclasses import dataclass
from typing import Any, cast

from jinja2 import nodes

from mailwright.compose.filters import FILTERS, OPERATORS, TESTS

MAX_SOURCE = 100_000  # characters of one compiled template
MAX_NODES = 4_000
MAX_LOOPS = 2  # one inside the other
MAX_TURNS = 100  # of one loop
BOUNDED, SHOWN, PART = "-bounded", "-shown", "-part"  # names no template can write

_PLAIN: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Const,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
    nodes.Test,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Neg,
    nodes.List,
    nodes.Tuple,
    nodes.Keyword,
)

_WORDS: dict[type[nodes.Node], str] = {
    nodes.Call: "calling something with ( ) is not possible in a template; use a filter",
    nodes.Assign: "{% set %} is not possible in a template",
    nodes.AssignBlock: "{% set %} is not possible in a template",
    nodes.Macro: "{% macro %} is not possible in a template; make a block file",
    nodes.CallBlock: "{% call %} is not possible in a template",
    nodes.Include: "{% include %} is not possible in a template; use <mj-include path=.../>",
    nodes.Import: "{% import %} is not possible in a template",
    nodes.FromImport: "{% import %} is not possible in a template",
    nodes.Extends: "{% extends %} is not possible in a template; use <mj-include path=.../>",
    nodes.Block: "{% block %} is not possible in a template; use <mj-include path=.../>",
    nodes.With: "{% with %} is not possible in a template",
    nodes.FilterBlock: "{% filter %} is not possible in a template; use {{ value | filter }}",
    nodes.Pow: "** is not possible in a template",
    nodes.Mod: "% is not possible in a template",
    nodes.Div: "/ is not possible in a template",
    nodes.FloorDiv: "// is not possible in a template",
    nodes.Dict: "{...} is not possible in a template",
}


@dataclass(frozen=True)
class Refusal:
    """One thing in a template that may not be there. `word` is the name in question, where there is one."""

    line: int
    message: str
    word: str = ""
    known: tuple[str, ...] = ()  # what the word could have been


def refusals(tree: nodes.Template) -> list[Refusal]:
    """Everything in a parsed template that is not allowed, in order of line."""
    found: list[Refusal] = []
    count = _walk(tree, found, 0)
    if count > MAX_NODES:
        found.append(Refusal(1, f"{count} pieces of Jinja are too many; at most {MAX_NODES}"))
    return sorted(found, key=lambda refusal: refusal.line)


def _walk(node: nodes.Node, found: list[Refusal], loops: int) -> int:
    if type(node) not in _PLAIN:
        kind = type(node)
        found.append(Refusal(node.lineno, _WORDS.get(kind, f"{kind.__name__} is not possible in a template")))
        return 1
    if isinstance(node, (nodes.Filter, nodes.Test)):
        _check_name(node, found)
    elif isinstance(node, nodes.For):
        loops += 1
        _check_loop(node, found, loops)
    elif isinstance(node, (nodes.Getattr, nodes.Name)):
        name = node.attr if isinstance(node, nodes.Getattr) else node.name
        if name.startswith("_"):
            found.append(Refusal(node.lineno, f"{name!r} is not something a template may read", name))
    elif isinstance(node, nodes.Getitem) and not _is_index(node.arg):
        found.append(Refusal(node.lineno, "in [ ] stands a number, a 'name', or a part of a list such as [:3]"))
    return 1 + sum(_walk(child, found, loops) for child in node.iter_child_nodes())


def _is_index(node: nodes.Expr) -> bool:
    if isinstance(node, nodes.Slice):
        ends = (node.start, node.stop)
        whole = all(end is None or (isinstance(end, nodes.Const) and type(end.value) is int) for end in ends)
        return whole and node.step is None
    return isinstance(node, nodes.Const) and type(node.value) in (int, str)


def _check_name(node: nodes.Filter | nodes.Test, found: list[Refusal]) -> None:
    known = FILTERS if isinstance(node, nodes.Filter) else TESTS
    kind = "filter" if isinstance(node, nodes.Filter) else "test"
    if node.name not in known:
        found.append(Refusal(node.lineno, f"there is no {kind} {node.name!r}", node.name, tuple(known)))
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        found.append(
            Refusal(node.lineno, f"give the {kind} {node.name!r} its values without names, * or **", node.name)
        )
    at_most = _MOST_ARGUMENTS.get(node.name, 0)
    if len(node.args) > at_most:
        found.append(Refusal(node.lineno, f"the {kind} {node.name!r} takes at most {at_most} values", node.name))


_MOST_ARGUMENTS = {"default": 1, "truncate": 1, "round": 1, "number": 1}


def _check_loop(node: nodes.For, found: list[Refusal], depth: int) -> None:
    if depth > MAX_LOOPS:
        found.append(Refusal(node.lineno, f"a loop inside {MAX_LOOPS} others is too deep"))
    if not isinstance(node.target, nodes.Name):
        found.append(Refusal(node.lineno, "a loop gives one name to each entry: {% for line in cart.lines %}"))
    if node.recursive or node.test is not None:
        found.append(Refusal(node.lineno, "a loop may not be recursive or have an if of its own; put {% if %} inside"))
    source = node.iter
    while isinstance(source, (nodes.Getattr, nodes.Getitem)):
        source = source.node
    if not isinstance(source, nodes.Name):
        found.append(Refusal(node.lineno, "a loop goes over one of the lists of docs/templates.md"))


def safe(tree: nodes.Template) -> nodes.Template:
    """The same template with loops bounded, and comparisons and ~ that do not raise or print a missing value."""
    return cast(nodes.Template, _rewrite(tree))


def _rewrite(node: nodes.Node) -> nodes.Node:
    for name, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            setattr(node, name, _rewrite(value))
        elif isinstance(value, list):
            value[:] = [_rewrite(item) if isinstance(item, nodes.Node) else item for item in value]
    if isinstance(node, nodes.For):
        node.iter = _filter(node.iter, BOUNDED)
    elif isinstance(node, nodes.Concat):
        node.nodes = [_filter(part, SHOWN) for part in node.nodes]
    elif isinstance(node, nodes.Compare) and any(operand.op in OPERATORS for operand in node.ops):
        return _compare(node)
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        ends = [end if end is not None else nodes.Const(None) for end in (node.arg.start, node.arg.stop)]
        return _filter(node.node, PART, *ends)
    return node


def _compare(node: nodes.Compare) -> nodes.Expr:
    """Writes a < b < c as (a < b) and (b < c), each by a filter that answers False for a missing value."""
    left, terms = node.expr, cast(list[nodes.Expr], [])
    for operand in node.ops:
        if operand.op in OPERATORS:
            terms.append(_filter(left, f"-{operand.op}", operand.expr))
        else:
            terms.append(nodes.Compare(left, [operand], lineno=node.lineno))
        left = operand.expr
    whole = terms[0]
    for term in terms[1:]:
        whole = nodes.And(whole, term, lineno=node.lineno)
    return whole


def _filter(value: nodes.Node, name: str, *arguments: Any) -> nodes.Filter:
    made = nodes.Filter(cast(nodes.Expr, value), name, list(arguments), [], None, None, lineno=value.lineno)
    return made.set_environment(value.environment) if value.environment else made  # type: ignore[return-value]
