"""What a cold start pays before its first call, imports and clients, against boto3 and one client."""

import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.measure import table
from functions.wiring import FUNCTIONS, read
from mailwright.content.publish import compile_folder
from mailwright.model.content import encode_content
from mailwright.settings import RESOURCES

TITLE = "Imports: what a cold start pays, against boto3 and one client"
ROUNDS = 15
ROOT = Path(__file__).parent.parent
HOT = ("collect", "fold", "dispatch", "send", "feedback")

_CLIENT = "import boto3; boto3.client('dynamodb', region_name='eu-central-1')"
_APP = "from mailwright.bootstrap import App\nfrom mailwright.settings import Settings\n"
CASES = {
    "python alone": "",
    "boto3": "import boto3",
    "boto3 and one client": _CLIENT,
    "functions.fold.handler": "import functions.fold.handler",
    "functions.fold.handler and its client": (
        f"import functions.fold.handler\n{_APP}App(Settings({{'CUSTOMERS_TABLE': 'customers'}})).profiles"
    ),
}
# What a process says when it is done: CPU milliseconds since it began, and modules loaded.
_TELL = "\nimport sys, time\nprint(time.process_time() * 1000, len(sys.modules))"


def run() -> str:
    """The tables, as Markdown."""
    with TemporaryDirectory() as folder:
        content = Path(folder) / "content.json"
        content.write_bytes(encode_content(compile_folder(ROOT / "layers" / "content")))
        cases = CASES | {f"cold start of `{name}`": _cold(name, content) for name in HOT}
        found: dict[str, list[tuple[float, int]]] = {name: [] for name in cases}
        for _ in range(ROUNDS):
            for name, code in cases.items():
                found[name].append(_measure(code))
    cost = {name: median(one[0] for one in times) for name, times in found.items()}
    base = cost["python alone"]
    floor = cost["boto3 and one client"]
    rows = [
        [name, f"{cost[name]:.0f}", f"{cost[name] - base:.0f}", found[name][0][1], f"{cost[name] / floor:.2f}"]
        for name in cases
    ]
    heads = ["", "CPU ms", "less python", "modules", "against boto3 and one client"]
    said = (
        "A cold start here is the handler imported, everything made that it asks the App for (published content, and a"
        " client for each service) and nothing called: connections and what AWS answers come on top. S3's client for"
        " the quarantine is made when there is something to put there, so it is in none of them; `fold` and `send`"
        " have one for the clusters in use."
    )
    return f"{table(heads, rows)}\n\n{said}\n\nThe dearest of ours by `-X importtime`:\n\n{_dearest()}"


def _cold(name: str, content: Path) -> str:
    """What a cold start of a function makes: what its handler asks the App for, as its own text says."""
    asked = dict.fromkeys(re.findall(r"\bit\.(\w+)", (FUNCTIONS / name / "handler.py").read_text()))
    made = [f"it.{what}" for what in asked if what not in ("secret", "settings", "clock", "nonce")]
    if "secret" in asked:
        made.append("it.client('secretsmanager')")
    if "clusters" in read(name).uses:
        made.append("it.client('s3')")
    variables = {variable: variable.lower() for names in RESOURCES.values() for variable in names}
    del variables["CLUSTERS_BUCKET"]  # with it content asks S3 at once, and there is none
    variables["CONTENT_FILE"] = str(content)
    return f"import functions.{name}.handler\n{_APP}it = App(Settings({variables!r}))\n" + "\n".join(made)


def _measure(code: str) -> tuple[float, int]:
    milliseconds, modules = _python("-c", code + _TELL).stdout.split()
    return float(milliseconds), int(modules)


def _dearest() -> str:
    """What modules take by themselves, at best of some runs; those of a package together."""
    best: dict[str, int] = {}
    for _ in range(ROUNDS // 3):
        lines = _python("-X", "importtime", "-c", CASES["functions.fold.handler and its client"]).stderr.splitlines()
        for line in lines[1:]:
            micros, __, module = line.removeprefix("import time:").split("|")
            name, own = module.strip(), int(micros)
            best[name] = min(own, best.get(name, own))
    groups: dict[str, int] = {}
    for name, own in best.items():
        top = name.split(".")[0]
        groups[top] = groups.get(top, 0) + own
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
