"""What is not as it would be on AWS, all of it; docs/e2e.md says why for each name in DIFFERENCES."""

import sys
from pathlib import Path
from typing import Any

from infra.layers import wheels
from infra.resources import CONTENT_FILE
from tests.e2e.engine import ROOT

DIFFERENCES = ("content-file", "host-wheels", "batch-actions", "mail-permission", "plain-lake")


def fitted(template: dict[str, Any], content: Path) -> dict[str, Any]:
    """The template as it is, but for what the engine cannot take."""
    changed = _each(template, content)
    assert isinstance(changed, dict)
    return changed


def _each(node: Any, content: Path) -> Any:
    match node:
        case {"Effect": "Allow", "Action": actions}:
            return _permission(node, actions if isinstance(actions, list) else [actions])
        case {"CompressionFormat": "GZIP"}:  # the engine compresses nothing, and what is named .gz could not be read
            return {**node, "CompressionFormat": "UNCOMPRESSED", "FileExtension": ".ndjson"}
        case dict():
            return {key: _each(value, content) for key, value in node.items()}
        case list():
            return [_each(value, content) for value in node]
        case _ if node == CONTENT_FILE:
            return str(content)
    return node


def _permission(statement: dict[str, Any], actions: list[str]) -> dict[str, Any]:
    if "ses:SendEmail" in actions:  # the engine knows neither the sender's identity nor ses:FromAddress
        return {"Effect": "Allow", "Action": actions, "Resource": "*"}
    if "sqs:SendMessage" in actions:  # IAM has no action for the batch call: the single one covers it
        return {**statement, "Action": [*actions, "sqs:SendMessageBatch"]}
    return statement


def host_wheels(layer: str) -> Path:
    """A layer of third-party wheels for the Python and machine that run the handlers here."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return wheels(ROOT / f"layers/{layer}/requirements.txt", version, None)
