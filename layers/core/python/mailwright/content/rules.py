"""A rule as written (a SQL condition) to the tree that runs: parsed once, when content is published.

Only what means the same in DuckDB, in Polars and in our closures is let through; the rest is refused with its reason.
"""

from collections.abc import Iterable

import sqlglot
from sqlglot.errors import ParseError, TokenError

from mailwright.content.document import Document, Where
from mailwright.content.findings import Finding
from mailwright.content.rule_tokens import Refused, check_tokens
from mailwright.content.rule_tree import RuleTree
from mailwright.expression.tree import Expr

LENGTH = 2_000  # characters of one rule

_PARSE = {
    "Expecting )": "a closing bracket is missing",
    "Expecting (": "an opening bracket is missing",
    "Required keyword": "something is missing here",
}


def parse_rule(sql: str, segments: Iterable[str]) -> Expr:
    """The tree of one rule; Refused (message, hint, offset in `sql`) when it is not one."""
    if not sql.strip():
        raise Refused("the rule is empty", "write a condition, for example orders_90d >= 2")
    if len(sql) > LENGTH:
        raise Refused(
            f"the rule has {len(sql)} characters, {LENGTH} is the most", "split it: segment('...') may name one"
        )
    check_tokens(sql)
    try:
        parsed = sqlglot.parse_one(sql, read="duckdb")
        return RuleTree(segments).rule(parsed)
    except ParseError as error:
        raise _unparsed(sql, error) from None
    except TokenError:
        raise Refused("the text is not closed", "a ' is missing, or one too many; inside text write ''") from None
    except RecursionError:
        raise Refused("the rule is nested too deeply") from None


def compile_rule(
    sql: object, document: Document, where: Where, segments: Iterable[str]
) -> tuple[Expr | None, list[Finding]]:
    """The tree of the rule at a path of a document, or None and where it is wrong: file, line and column of the word.

    `segments` are the names that `segment('...')` may use.
    """
    if not isinstance(sql, str):
        return None, [document.finding(where, f"a rule is text, not {sql!r}", 'put it in quotes: when: "TRUE"')]
    try:
        return parse_rule(sql, segments), []
    except Refused as refused:
        line, column = document.inside(where, refused.offset)
        return None, [Finding(document.file, line, column, refused.message, refused.hint)]


def _unparsed(sql: str, error: ParseError) -> Refused:
    first = error.errors[0] if error.errors else {}
    word = str(first.get("highlight") or "")
    line, column = int(first.get("line") or 1), int(first.get("col") or 1)
    before = sql.split("\n")[: line - 1]
    offset = sum(len(text) + 1 for text in before) + column - len(word)
    said = str(first.get("description") or "")
    message = next(
        (ours for theirs, ours in _PARSE.items() if said.startswith(theirs)), f"cannot read on from {word!r}"
    )
    return Refused(message, "", max(0, min(offset, len(sql) - 1)))
