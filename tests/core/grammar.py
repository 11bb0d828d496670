"""Random rules as text and random rows with missing values: what every backend of the language is held against."""

from hypothesis import strategies as st

from mailwright.model.columns import COLUMNS

NUMBERS = ["orders", "revenue", "age", "cart_value", "days_since_last_order"]
TEXTS = ["country", "city", "plan", "cluster"]
FLAGS = ["has_email"]
SEGMENTS = ["loyal", "new-ones"]
WORDS = ["DE", "de", "FR", "", "a%b", "a_b", "a\\b", "it's", "Zürich", "zz", "a\nb", "🙂", "San Juan"]
AMOUNTS = ["0", "1", "2", "3", "10", "0.5", "0.1", "99.95", "1000000", "-1", "-0.5"]
PATTERNS = ["%", "D%", "%e", "_E", "__", "a%b", "a\\%", "%a%b%", "%_%", "", "San%an", "a_b", "🙂", "%'%", "Z_rich"]


def quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


amounts = st.sampled_from(AMOUNTS)
words = st.sampled_from(WORDS).map(quoted)
numbers = st.recursive(
    st.sampled_from(NUMBERS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), amounts).map(lambda x: f"({x[0]}) {x[1]} {x[2]}"),
        st.tuples(inner, st.sampled_from("+-*"), st.sampled_from(NUMBERS)).map(lambda x: f"{x[0]} {x[1]} {x[2]}"),
        st.tuples(st.sampled_from(NUMBERS), st.sampled_from("+-*"), inner).map(lambda x: f"{x[0]} {x[1]} ({x[2]})"),
        inner.map(lambda x: f"-({x})"),
    ),
    max_leaves=3,
)
comparisons = st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="])
negation = st.sampled_from(["", "NOT "])
terms = st.one_of(
    st.tuples(numbers, comparisons, st.one_of(amounts, numbers)).map(" ".join),
    st.tuples(amounts, comparisons, numbers).map(" ".join),
    st.tuples(st.sampled_from(TEXTS), comparisons, st.one_of(words, st.sampled_from(TEXTS))).map(" ".join),
    st.sampled_from([*FLAGS, "TRUE", "FALSE", *(f"segment('{name}')" for name in SEGMENTS)]),
    st.tuples(st.sampled_from(FLAGS), st.sampled_from(["=", "<>"]), st.sampled_from(["TRUE", "false"])).map(" ".join),
    st.tuples(st.one_of(numbers, st.sampled_from(TEXTS + FLAGS)), negation).map(lambda x: f"{x[0]} IS {x[1]}NULL"),
    st.tuples(numbers, negation, st.sampled_from(["0", "1.5", "-3"]), st.sampled_from(["2", "10", "1.5"])).map(
        lambda x: (
            f"{x[0]} {x[1]}BETWEEN {x[2]} AND {x[3]}"
            if float(x[2]) <= float(x[3])
            else f"{x[0]} {x[1]}BETWEEN {x[3]} AND {x[2]}"
        )
    ),
    st.tuples(numbers, negation, numbers, numbers).map(lambda x: f"{x[0]} {x[1]}BETWEEN {x[2]} AND {x[3]}"),
    st.tuples(numbers, negation, st.lists(amounts, min_size=1, max_size=4)).map(
        lambda x: f"{x[0]} {x[1]}IN ({', '.join(x[2])})"
    ),
    st.tuples(st.sampled_from(TEXTS), negation, st.lists(words, min_size=1, max_size=4)).map(
        lambda x: f"{x[0]} {x[1]}IN ({', '.join(x[2])})"
    ),
    st.tuples(st.sampled_from(TEXTS), negation, st.sampled_from(PATTERNS).map(quoted)).map(
        lambda x: f"{x[0]} {x[1]}LIKE {x[2]}"
    ),
)
rules = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(" AND ".join),  # no brackets: precedence must be SQL's own
        st.lists(inner, min_size=2, max_size=3).map(" or ".join),
        inner.map(lambda x: f"NOT {x}"),
        inner.map(lambda x: f"({x})"),
        inner.map(lambda x: f"NOT ({x})"),
    ),
    max_leaves=8,
)

_VALUES = {
    "number": st.one_of(
        st.none(),
        st.integers(-3, 12),
        st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.5, 99.95, 1e15, -1e15, 10**15]),
        st.floats(-1e6, 1e6),
    ),
    "text": st.one_of(st.none(), st.sampled_from(WORDS), st.text(st.characters(codec="utf-8"))),
    "boolean": st.sampled_from([None, True, False]),
}
rows = st.fixed_dictionaries(
    {name: _VALUES[COLUMNS[name].kind] for name in NUMBERS + TEXTS + FLAGS}
    | {f"segment:{name}": st.booleans() for name in SEGMENTS}
)
