"""The starter content: a shop to fill in and a guide, with a small part of the shipped content around them."""

import shutil
from pathlib import Path

from local.content import SHIPPED

OWN = ("shop.yaml", "README.md")  # beside this file
TAKEN = (  # of the shipped content, so that the two never drift apart
    "segments/new-customers.yaml",
    "segments/lapsed-customers.yaml",
    "journeys/cart-abandoned.yaml",
    "campaigns/win-back.yaml",
    "offers",
    "blocks",
    "templates/cart-reminder",
    "templates/win-back",
)


class NotEmpty(Exception):
    """The folder asked for holds something already; nothing was written."""


def lay(directory: Path) -> list[Path]:
    """Put the starter into a folder that is new or empty; the files written. NotEmpty, or OSError."""
    if directory.exists() and not directory.is_dir():
        raise NotEmpty(f"{directory} is a file: name a folder that is new or empty")
    if directory.is_dir() and any(directory.iterdir()):
        raise NotEmpty(f"{directory} is not empty: name a folder that is new or empty, nothing is overwritten")
    here = Path(__file__).parent
    sources = {name: here / name for name in OWN}
    for taken in TAKEN:
        found = [SHIPPED / taken] if (SHIPPED / taken).is_file() else sorted((SHIPPED / taken).rglob("*"))
        sources |= {file.relative_to(SHIPPED).as_posix(): file for file in found if file.is_file()}
    for name, source in sources.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return [directory / name for name in sources]
