"""The words and signs a rule may be made of; everything else is refused where it stands, with what to write instead."""

import re

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

BRACKETS = 16  # deep
DIGITS = 15  # what a double holds exactly
LARGEST = 10**12

_ALLOWED = {
    TokenType.VAR, TokenType.NUMBER, TokenType.STRING, TokenType.L_PAREN, TokenType.R_PAREN, TokenType.COMMA,
    TokenType.AND, TokenType.OR, TokenType.NOT, TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.LTE, TokenType.GT,
    TokenType.GTE, TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.BETWEEN, TokenType.IN, TokenType.IS,
    TokenType.NULL, TokenType.LIKE, TokenType.TRUE, TokenType.FALSE,
}  # fmt: skip

_CASTS = ("casts give different values in different engines", "columns have their type already")
_DATES = ("a rule has no dates", "columns count the days: days_since_last_order <= 30")
_REFUSED: dict[str, tuple[str, str]] = {
    "/": ("division is refused: engines disagree on x / 0", "multiply the other side instead: a > 2 * b"),
    "%": ("% is refused: engines disagree on its sign and on 0", ""),
    "DATE": _DATES,
    "TIMESTAMP": _DATES,
    "INTERVAL": _DATES,
    "CURRENT_DATE": _DATES,
    "CURRENT_TIMESTAMP": _DATES,
    "NOW": _DATES,
    "::": _CASTS,
    "CAST": _CASTS,
    "TRY_CAST": _CASTS,
    "||": ("text cannot be joined in a rule", ""),
    "^": ("powers are not part of rules", ""),
    "**": ("powers are not part of rules", ""),
    "==": ("== is not SQL", "write ="),
    "!": ("! is not SQL's negation", "write NOT"),
    "&&": ("&& is not SQL", "write AND"),
    ";": ("a rule is one condition, without ;", ""),
    ".": ("a column has no prefix, and a number starts with a digit", "write orders, and 0.5 rather than .5"),
    "CASE": ("CASE is not part of rules", "say it with AND, OR and NOT"),
    "SELECT": ("a rule cannot look anything up", "it sees one customer's columns; segment('...') asks for membership"),
    "ILIKE": ("ILIKE is refused: engines fold case differently", "LIKE is exact; list the spellings with IN"),
    "ESCAPE": ("ESCAPE is refused", "in LIKE only % and _ are special"),
    "DISTINCT": ("IS DISTINCT FROM is refused", "say it with =, <> and IS NULL"),
    "ISNULL": ("ISNULL is not standard", "write IS NULL"),
    "NOTNULL": ("NOTNULL is not standard", "write IS NOT NULL"),
    '"': ("double quotes name a column in SQL", "put text in single quotes: country = 'DE'"),
    "`": ("` is not part of rules", "put text in single quotes: country = 'DE'"),
    "$": ("a rule takes no parameters", ""),
    "?": ("a rule takes no parameters", ""),
}
_NUMBER = re.compile(r"\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Refused(Exception):
    """What is wrong with a rule, what to do, and where: an offset into its text."""

    def __init__(self, message: str, hint: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.message, self.hint, self.offset = message, hint, offset


def check_tokens(sql: str) -> None:
    """Refused at the first thing that is not part of the language."""
    for mark in "‘’“”":
        if mark in sql:
            raise Refused(f"{mark} is a typographic quote", "put text in straight single quotes: '", sql.index(mark))
    try:
        tokens = DuckDB().tokenize(sql)
    except TokenError:
        raise Refused(
            "a text is not closed", "a ' is missing, or one too many; inside text write ''", sql.rfind("'")
        ) from None
    depth, previous = 0, None
    for token in tokens:
        _check(sql, token, previous)
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth > BRACKETS:
            raise Refused(f"brackets are nested more than {BRACKETS} deep", "", token.start)
        previous = token
    if any(token.comments for token in tokens) or not tokens:
        raise Refused("comments do not belong in a rule", "use a YAML comment (#) or the description", _comment(sql))


def _check(sql: str, token: Token, previous: Token | None) -> None:
    raw = sql[token.start : token.end + 1]
    word = '"' if token.token_type is TokenType.IDENTIFIER else raw.upper()
    if word in _REFUSED:
        message, hint = _REFUSED[word]
        raise Refused(message, hint, token.start)
    if token.token_type not in _ALLOWED:
        raise Refused(f"{raw!r} is not part of the rule language", "", token.start)
    if token.token_type is TokenType.STRING and not raw.startswith("'"):
        raise Refused(f"{raw!r} is not plain text", "put text in single quotes", token.start)
    if token.token_type is TokenType.NUMBER:
        if _DAY.match(sql, token.start):
            raise Refused(*_DATES, token.start)
        _check_number(raw, token.start)
    glued = previous is not None and previous.end + 1 == token.start
    if glued and previous is not None and {previous.token_type, token.token_type} <= {TokenType.NUMBER, TokenType.VAR}:
        raise Refused(f"{sql[previous.start : token.end + 1]!r} is not a number", "", previous.start)


def _check_number(raw: str, offset: int) -> None:
    if not _NUMBER.fullmatch(raw):
        raise Refused(f"{raw!r} is not a plain number", "write it out: 1500, 0.5", offset)
    if len(raw.replace(".", "").lstrip("0")) > DIGITS or float(raw) > LARGEST:
        raise Refused(f"{raw} is out of range", f"at most {LARGEST} and {DIGITS} digits", offset)


def _comment(sql: str) -> int:
    return max(0, min((sql.find(mark) for mark in ("--", "/*") if mark in sql), default=0))
