"""SQL's LIKE: `%` is any text, `_` any one character, everything else (a backslash too) is itself."""

import re
from collections.abc import Callable


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches the whole pattern; case counts. The cost is bounded by the text's length times the
    pattern's: pieces between `%` are looked for from left to right, never by backtracking.
    """
    pieces = pattern.split("%")
    if len(pieces) == 1:
        whole = _piece(pattern)
        return lambda text: whole.fullmatch(text) is not None
    head, *middle, tail = pieces
    if not any(middle) and "_" not in pattern:
        return lambda text: len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)
    starts, ends = _piece(head), _piece(tail)
    inner = [_piece(piece) for piece in middle if piece]

    def matches(text: str) -> bool:
        stop = len(text) - len(tail)
        if stop < len(head) or not starts.match(text) or not ends.fullmatch(text, stop):
            return False
        at = len(head)
        for piece in inner:
            found = piece.search(text, at, stop)
            if found is None:
                return False
            at = found.end()
        return True

    return matches


def _piece(piece: str) -> re.Pattern[str]:
    return re.compile("".join("." if character == "_" else re.escape(character) for character in piece), re.DOTALL)
