"""The five layers and the functions' code, as assets. No Docker: uv fetches the wheels for Lambda's platform."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_
from constructs import Construct
from uv import find_uv_bin

from infra.config import ROOT

BUILD = ROOT / ".build"
LAYERS_KEPT = 5  # folders of one layer in BUILD
PYTHON = "3.13"
PLATFORM = "aarch64-manylinux_2_28"  # python3.13 runs on Amazon Linux 2023, whose glibc is 2.34
# What no import needs. Tests are 30 of scikit-learn's 216 MB; Lambda allows 250 with everything else.
_NEEDLESS = ("**/__pycache__", "bin", "**/tests")
_UNWANTED = ["__pycache__", "*.egg-info", "*.toml", ".DS_Store"]


def code() -> lambda_.Code:
    """The folder functions/ as a package at the root of the asset, so that handlers are functions.<name>.handler."""
    return lambda_.Code.from_asset(str(ROOT), exclude=["/*", "!/functions", *_UNWANTED], ignore_mode=IgnoreMode.GIT)


@dataclass(frozen=True)
class Layers:
    """By the name that function.toml gives them."""

    versions: dict[str, lambda_.LayerVersion]

    def of(self, names: tuple[str, ...]) -> list[lambda_.ILayerVersion]:
        return [self.versions[name] for name in names]


def layers(scope: Construct, content: Path, python: str = PYTHON, platform: str | None = PLATFORM) -> Layers:
    """`runtime`, `polars`, `science`: third-party wheels; `core`: the package; `content`: what marketers edit."""
    core = lambda_.Code.from_asset(str(ROOT / "layers/core"), exclude=_UNWANTED, ignore_mode=IgnoreMode.GIT)
    sources = {
        "runtime": lambda_.Code.from_asset(str(wheels(ROOT / "layers/runtime/requirements.txt", python, platform))),
        "polars": lambda_.Code.from_asset(str(wheels(ROOT / "layers/polars/requirements.txt", python, platform))),
        "science": lambda_.Code.from_asset(str(wheels(ROOT / "layers/science/requirements.txt", python, platform))),
        "core": core,
        "content": lambda_.Code.from_asset(str(content)),
    }
    return Layers(
        {
            name: lambda_.LayerVersion(
                scope,
                f"{name.title()}Layer",
                code=source,
                compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
                compatible_architectures=[lambda_.Architecture.ARM_64],
            )
            for name, source in sources.items()
        }
    )


def wheels(requirements: Path, python: str = PYTHON, platform: str | None = PLATFORM) -> Path:
    """A folder with python/<packages>, installed from a hashed lock once for each content of the lock.

    `platform` None means this machine's: the local cloud of the end-to-end test runs no arm64.
    """
    wanted = requirements.read_bytes() + f"{python} {platform} {_NEEDLESS}".encode()
    folder = BUILD / f"{requirements.parent.name}-{hashlib.sha256(wanted).hexdigest()[:16]}"
    if folder.exists():
        sweep(folder)
        return folder
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        target = Path(scratch) / "layer"
        _install(requirements, target / "python", python, platform)
        _strip(target / "python")
        if not folder.exists():  # another run may have been faster
            target.rename(folder)
    sweep(folder)
    return folder


def sweep(folder: Path) -> None:
    """Take away what earlier runs made for the same layer, but for the newest: a deployment may be under way."""
    os.utime(folder)  # in use: the newest
    alike = BUILD.glob(f"{folder.name.rpartition('-')[0]}-*")
    for old in sorted(alike, key=_made, reverse=True)[LAYERS_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _made(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except FileNotFoundError:  # another run swept at the same time
        return 0


def _install(requirements: Path, target: Path, python: str, platform: str | None) -> None:
    command = [find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--target", str(target)]
    command += ["--python-version", python, "--only-binary", ":all:", "--require-hashes", "-r", str(requirements)]
    if platform:
        command += ["--python-platform", platform]
    subprocess.run(command, check=True)


def _strip(folder: Path) -> None:
    """Take away what no import needs and what differs between machines."""
    for pattern in _NEEDLESS:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path, ignore_errors=True)  # one in another is gone with it
    for path in folder.glob(".lock"):
        path.unlink()
