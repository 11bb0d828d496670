"""Does a template name only what there is, and does it say what to print when a value is missing?

`refusals` of compose.grammar says whether a template may run; this says whether it can leave a hole. A value that is
not there for every customer needs `| default(...)`, or an `{% if %}` that asks for it.
"""

from dataclasses import dataclass, field

from jinja2 import nodes

from mailwright.compose.grammar import Refusal
from mailwright.compose.vocabulary import ANY, OBJECTS, Var

Paths = frozenset[str]
_NONE: Paths = frozenset()
_LOOP = Var("object loop", True, "")


@dataclass
class Reading:
    """`found` is what is wrong; `printed` the paths printed for every customer, whatever is known of them."""

    found: list[Refusal] = field(default_factory=list)
    printed: set[str] = field(default_factory=set)


def read(tree: nodes.Template) -> Reading:
    """Walk a parsed template with what each name means and what is known to be there."""
    walker = _Walker()
    walker.body(tree.body, dict(OBJECTS["root"]), _NONE, sure=True)
    return walker.reading


class _Walker:
    def __init__(self) -> None:
        self.reading = Reading()

    def refuse(self, node: nodes.Node, message: str, word: str = "", known: tuple[str, ...] = ()) -> None:
        refusal = Refusal(node.lineno, message, word, known)
        if refusal not in self.reading.found:
            self.reading.found.append(refusal)

    def body(self, body: list[nodes.Node], scope: dict[str, Var], there: Paths, *, sure: bool) -> None:
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    if not isinstance(part, nodes.TemplateData):
                        self._print(part, scope, there, sure)
            elif isinstance(node, nodes.If):
                self._branches(node, scope, there)
            elif isinstance(node, nodes.For):
                self._loop(node, scope, there)

    def _print(self, node: nodes.Expr, scope: dict[str, Var], there: Paths, sure: bool) -> None:
        path, var = self.resolve(node, scope)
        if var is not None and var.kind.startswith(("object", "list")):
            self.refuse(node, f"{path} is {_a(var)}, which cannot be printed", _last(path), ())
            return
        for hole in sorted(self.holes(node, scope, there)):
            self.refuse(
                node,
                f"{hole} is not known of every customer: add | default('...'), or {{% if {hole} %}} around it",
                _last(hole),
            )
        if sure and path:
            self.reading.printed.add(path)

    def _branches(self, node: nodes.If, scope: dict[str, Var], there: Paths) -> None:
        missing = there
        for branch in (node, *node.elif_):
            self.holes(branch.test, scope, there)  # for its names
            self.body(branch.body, scope, missing | proved(branch.test), sure=False)
            missing |= disproved(branch.test)
        self.body(node.else_, scope, missing, sure=False)

    def _loop(self, node: nodes.For, scope: dict[str, Var], there: Paths) -> None:
        path, var = self.resolve(node.iter, scope)
        if not isinstance(node.target, nodes.Name):
            return
        name = node.target.name
        if var is not None and not var.kind.startswith("list of "):
            self.refuse(node, f"{path} is no list to go over", _last(path))
            return
        item = Var(f"object {var.kind.removeprefix('list of ')}", True, "") if var else Var("unknown", True, "")
        inner = frozenset(known for known in there if known.split(".")[0] != name) | {path}
        self.body(node.body, {**scope, name: item, "loop": _LOOP}, inner, sure=False)
        self.body(node.else_, scope, there, sure=False)

    def resolve(self, node: nodes.Node, scope: dict[str, Var]) -> tuple[str, Var | None]:
        """The path of `cart.lines[0].name` and what it is; no Var for what is no path or was refused."""
        if isinstance(node, nodes.Name):
            if node.name not in scope:
                self.refuse(node, f"there is no variable {node.name!r}", node.name, tuple(scope))
            return node.name, scope.get(node.name)
        if isinstance(node, nodes.Getattr):
            return self._field(node, node.node, node.attr, scope)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
            return self.resolve(node.node, scope)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            if isinstance(node.arg.value, str):
                return self._field(node, node.node, node.arg.value, scope)
            path, var = self.resolve(node.node, scope)
            if var is None or not var.kind.startswith("list of "):
                return path, None
            return f"{path}[{node.arg.value}]", Var(f"object {var.kind.removeprefix('list of ')}", False, "")
        return "", None

    def _field(self, node: nodes.Node, base: nodes.Node, name: str, scope: dict[str, Var]) -> tuple[str, Var | None]:
        path, var = self.resolve(base, scope)
        whole = f"{path}.{name}"
        if var is None or var.kind == "unknown":
            if not isinstance(base, (nodes.Name, nodes.Getattr, nodes.Getitem)):
                self.refuse(node, "a . follows a variable of docs/templates.md only", name)
            return whole, None
        if not var.kind.startswith("object "):
            hint = f"; go over it with {{% for %}}, or write {path}[0].{name}" if var.kind.startswith("list") else ""
            self.refuse(node, f"{path} is {_a(var)} and has no {name!r}{hint}", name)
            return whole, None
        fields = OBJECTS[var.kind.removeprefix("object ")]
        if name not in fields and ANY not in fields:
            self.refuse(node, f"{path} has no {name!r}", name, tuple(fields))
        return whole, fields.get(name) or fields.get(ANY)

    def holes(self, node: nodes.Node, scope: dict[str, Var], there: Paths) -> Paths:
        """The paths that may leave nothing to print; unknown names are refused on the way."""
        if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
            return self._path_holes(node, scope, there)
        if isinstance(node, nodes.Filter):
            arguments = frozenset[str]().union(*(self.holes(one, scope, there) for one in node.args))
            inner = self.holes(node.node, scope, there) if node.node else _NONE
            return arguments if node.name == "default" and node.args else inner | arguments
        if isinstance(node, nodes.CondExpr):
            self.holes(node.test, scope, there)
            yes = self.holes(node.expr1, scope, there | proved(node.test))
            no = self.holes(node.expr2, scope, there | disproved(node.test)) if node.expr2 else _NONE
            return yes | no
        if isinstance(node, nodes.Or):
            self.holes(node.left, scope, there)
            return self.holes(node.right, scope, there)
        if isinstance(node, nodes.Const):
            return frozenset(("none",)) if node.value is None else _NONE
        below = frozenset[str]().union(*(self.holes(one, scope, there) for one in node.iter_child_nodes()))
        return _NONE if isinstance(node, (nodes.Test, nodes.Compare, nodes.Not)) else below

    def _path_holes(self, node: nodes.Expr, scope: dict[str, Var], there: Paths) -> Paths:
        path, var = self.resolve(node, scope)
        if var is None:
            return _NONE
        inner = node.node if isinstance(node, (nodes.Getattr, nodes.Getitem)) else None
        above = self._path_holes(inner, scope, there) if inner is not None else _NONE
        if var.always or path in there or (path.endswith("[0]") and path[:-3] in there):
            return above
        return above | {path}


def proved(test: nodes.Node) -> Paths:
    """The paths that are there when a test holds."""
    if isinstance(test, nodes.And):
        return proved(test.left) | proved(test.right)
    if isinstance(test, nodes.Or):
        return proved(test.left) & proved(test.right)
    if isinstance(test, nodes.Not):
        return disproved(test.node)
    if isinstance(test, nodes.Test):
        return _path(test.node) if test.name != "none" else _NONE
    if isinstance(test, nodes.Compare):
        if test.ops[0].op in ("ne", "notin") or _is_empty(test.ops[0].expr):
            return _NONE
        return _path(test.expr)
    return _path(test)


def disproved(test: nodes.Node) -> Paths:
    """The paths that are there when a test does not hold."""
    if isinstance(test, nodes.Or):
        return disproved(test.left) | disproved(test.right)
    if isinstance(test, nodes.And):
        return disproved(test.left) & disproved(test.right)
    if isinstance(test, nodes.Not):
        return proved(test.node)
    return _path(test.node) if isinstance(test, nodes.Test) and test.name == "none" else _NONE


def _is_empty(node: nodes.Expr) -> bool:
    return not isinstance(node, nodes.Const) or node.value in (None, "")


def _path(node: nodes.Node) -> Paths:
    """The path itself and every object on the way to it: who has a first name is there."""
    if isinstance(node, nodes.Name):
        return frozenset((node.name,))
    if isinstance(node, nodes.Getattr):
        below = _path(node.node)
        return below | {f"{max(below, key=len)}.{node.attr}"} if below else _NONE
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        below, name = _path(node.node), node.arg.value
        return (
            below | {max(below, key=len) + (f"[{name}]" if isinstance(name, int) else f".{name}")} if below else _NONE
        )
    return _NONE


def _a(var: Var) -> str:
    return (
        "a list" if var.kind.startswith("list") else "an object" if var.kind.startswith("object") else f"a {var.kind}"
    )


def _last(path: str) -> str:
    return path.replace("[", ".").split(".")[-1].strip("]") if path else ""
