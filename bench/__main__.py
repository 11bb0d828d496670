"""Run every measurement, or those named, and write their tables to bench/results/<name>.md.

python -m bench            everything
python -m bench fold       one of them
"""

import sys
from importlib import import_module
from pathlib import Path

from bench.measure import machine

HERE = Path(__file__).parent
RESULTS = HERE / "results"
HELPERS = {"__init__", "__main__", "bill", "counted", "measure", "naive", "night", "plot", "shop", "stub", "trace"}


def main(wanted: list[str]) -> int:
    """Measure, print and write; 2 when a name is none of ours."""
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in HELPERS)
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        print(f"there is no bench named {', '.join(unknown)}; there are: {', '.join(names)}", file=sys.stderr)
        return 2
    RESULTS.mkdir(exist_ok=True)
    for name in wanted or names:
        module = import_module(f"bench.{name}")
        text = f"# {module.TITLE}\n\n{module.run().strip()}\n\nMeasured by `python -m bench {name}` on {machine()}.\n"
        (RESULTS / f"{name}.md").write_text(text)
        print(text)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
