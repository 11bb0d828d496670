"""One synth for the whole session, in a process of its own: no Node, no Docker, no AWS on its path."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.template import Template

ROOT = Path(__file__).parents[2]


def synthesize(outdir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m infra.app` with nothing on the PATH and no AWS variable."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_", "JSII_"))}
    return subprocess.run(
        [sys.executable, "-m", "infra.app", *arguments],
        cwd=ROOT,
        env=bare | {"PATH": "", "CDK_OUTDIR": str(outdir)} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesized production stack; workers of one run share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    outdir = shared / "cdk.out"
    with (shared / "synth.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (outdir / "manifest.json").exists():
            result = synthesize(outdir)
            assert result.returncode == 0, result.stdout + result.stderr
    return outdir


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    return Template(json.loads((assembly / "mailwright.template.json").read_text()))
