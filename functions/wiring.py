"""Reads every function.toml: what triggers a function and what it may touch, for infra and for the laptop alike."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FUNCTIONS = Path(__file__).parent


@dataclass(frozen=True)
class Trigger:
    """One `[[trigger]]`: its kind (http, eventbridge, kinesis, table, sqs, schedule, map) and that kind's options."""

    kind: str
    options: dict[str, Any]

    def __getitem__(self, option: str) -> Any:
        return self.options[option]


@dataclass(frozen=True)
class Function:
    """One folder of functions/. `uses` maps a resource of settings.RESOURCES to the verbs it may do there."""

    name: str
    description: str
    memory: int  # MB
    timeout: int  # seconds
    layers: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    uses: dict[str, list[str]]

    @property
    def handler(self) -> str:
        return f"functions.{self.name}.handler.handler"


def read(name: str) -> Function:
    """The wiring of one function; KeyError or TOMLDecodeError when the file lacks something."""
    data = tomllib.loads((FUNCTIONS / name / "function.toml").read_text())
    triggers = tuple(
        Trigger(entry["kind"], {key: value for key, value in entry.items() if key != "kind"})
        for entry in data["trigger"]
    )
    return Function(
        name, data["description"], data["memory"], data["timeout"], tuple(data["layers"]), triggers, data["uses"]
    )


def all_functions() -> list[Function]:
    """Every function, by name."""
    return [read(path.parent.name) for path in sorted(FUNCTIONS.glob("*/function.toml"))]
