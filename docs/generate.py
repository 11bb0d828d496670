"""Write the parts of the docs that are made from tables in the code: `python docs/generate.py`.

Each part stands between two markers, `<!-- name -->` and `<!-- /name -->`; a test fails when one is out of date.
"""

from pathlib import Path

from mailwright.content.publish import compile_folder
from mailwright.fold.rfm import GRID
from mailwright.model.columns import COLUMNS
from mailwright.model.profile import COUNTERS, Profile
from mailwright.segments.features import FEATURES

DOCS = Path(__file__).parent


def columns() -> str:
    """The columns rules may name."""
    rows = [f"| `{name}` | {spec.kind} | {spec.meaning} |" for name, spec in COLUMNS.items()]
    return "\n".join(["| column | kind | meaning |", "|---|---|---|", *rows])


def positions() -> str:
    """Where each field of a profile stands in its encoded array, and each counter in a list of counts."""
    fields = ", ".join(f"{place} `{name}`" for place, name in enumerate(Profile.__struct_fields__))
    counters = ", ".join(f"{place} `{name}`" for place, name in enumerate(COUNTERS))
    return f"Fields: {fields}.\n\nCounters: {counters}."


def grid() -> str:
    """The names of RFM: recency down, frequency and monetary value across."""
    heads = "| recency | " + " | ".join(f"F and M {mean}" for mean in range(1, 6)) + " |"
    rows = ["| " + " | ".join([f"**{points}**", *names]) + " |" for points, names in GRID.items()]
    rule = "F and M is the mean of the two scores, halves rounded up."
    return "\n".join([heads, "|---|---|---|---|---|---|", *rows, "", rule])


def shipped() -> str:
    """The segments that come along, with their rules."""
    segments = compile_folder(DOCS.parent / "layers" / "content").segments.values()
    rows = [f"| `{one.name}` | {one.description} `{one.sql}` | {one.approach} |" for one in segments]
    return "\n".join(["| segment | who | what for |", "|---|---|---|", *rows])


def features() -> str:
    """What clusters are made of."""
    rows = [
        f"| `{column}` | {one.why} | {'logarithm' if one.log else 'as it is'} | {one.floor:g} | {one.unknown:g} |"
        for column, one in FEATURES.items()
    ]
    heads = "| column | why | enters as | least spread | unknown counts as |"
    return "\n".join([heads, "|---|---|---|---:|---:|", *rows])


PARTS = {
    "clusters.md": {"features": features},
    "segments.md": {"columns": columns, "grid": grid, "shipped": shipped},
    "profile.md": {"positions": positions},
}


def generated(file: str, text: str) -> str:
    """The text of a file with its parts made anew."""
    for name, part in PARTS[file].items():
        before, found, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not (found and end):
            raise ValueError(f"docs/{file} has no <!-- {name} --> ... <!-- /{name} -->")
        text = f"{before}{found}{part()}\n{end}{after}"
    return text


def main() -> None:
    for file in PARTS:
        path = DOCS / file
        path.write_text(generated(file, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
