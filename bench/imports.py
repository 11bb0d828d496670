"""What a cold start of the stream function pays for imports, against boto3 and one client."""

import subprocess
import sys
from pathlib import Path
from statistics import median

from bench.measure import table

TITLE = "Imports: the stream function against boto3 and one client"
ROUNDS = 15
ROOT = Path(__file__).parent.parent

_CLIENT = "import boto3; boto3.client('dynamodb', region_name='eu-central-1')"
CASES = {
    "python alone": "",
    "boto3": "import boto3",
    "boto3 and one client": _CLIENT,
    "functions.fold.handler": "import functions.fold.handler",
    "functions.fold.handler and its client": (
        "import functions.fold.handler\n"
        "from mailwright.bootstrap import App\n"
        "from mailwright.settings import Settings\n"
        "App(Settings({'CUSTOMERS_TABLE': 'customers'})).profiles"
    ),
}
# What a process says when it is done: CPU milliseconds since it began, and modules loaded.
_TELL = "\nimport sys, time\nprint(time.process_time() * 1000, len(sys.modules))"


def run() -> str:
    """The tables, as Markdown."""
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, code in CASES.items():
            found[name].append(_measure(code))
    cost = {name: median(one[0] for one in times) for name, times in found.items()}
    base = cost["python alone"]
    floor = cost["boto3 and one client"]
    rows = [
        [name, f"{cost[name]:.0f}", f"{cost[name] - base:.0f}", found[name][0][1], f"{cost[name] / floor:.2f}"]
        for name in CASES
    ]
    heads = ["", "CPU ms", "less python", "modules", "against boto3 and one client"]
    return table(heads, rows) + "\n\nThe dearest of ours by `-X importtime`:\n\n" + _dearest()


def _measure(code: str) -> tuple[float, int]:
    milliseconds, modules = _python("-c", code + _TELL).stdout.split()
    return float(milliseconds), int(modules)


def _dearest() -> str:
    """Modules of one run with what each takes by itself, those under boto3 and botocore together."""
    lines = _python("-X", "importtime", "-c", CASES["functions.fold.handler and its client"]).stderr.splitlines()
    groups: dict[str, int] = {}
    for line in lines[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        top = name.strip().split(".")[0]
        groups[top] = groups.get(top, 0) + int(own)
    most = sorted(groups.items(), key=lambda one: -one[1])[:10]
    return table(["package", "ms, its own modules"], [[name, f"{own / 1000:.1f}"] for name, own in most])


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core/python'}",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
