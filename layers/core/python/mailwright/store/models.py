"""botocore's descriptions of AWS's services, read in a fraction of the time that botocore takes itself.

A client is made from half a dozen JSON documents. botocore decodes them into ordered dictionaries, a megabyte of it to
know the endpoints of 400 services, and looks into the folders of them all for the one that is asked for: most of what a
first client costs a cold start (bench/results/imports.md). tests/core/test_clients.py holds the clients that are made
from what is read here against botocore's own.
"""

import gzip
import os
from pathlib import Path
from typing import Any

import msgspec
from botocore.loaders import Loader
from msgspec import Raw

# As endpoints.json calls the services that are used here, and those that credentials may come from on a laptop.
ENDPOINTS = frozenset({
    "dynamodb", "email", "firehose", "kinesis", "s3", "secretsmanager", "sqs", "oidc", "portal.sso", "sts",
})  # fmt: skip

_decode = msgspec.json.Decoder().decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_elements = msgspec.json.Decoder(list[Raw]).decode


class _Files:
    """What botocore asks of a file loader; paths come without their suffix."""

    def exists(self, file_path: str) -> bool:
        return any(Path(file_path + suffix).is_file() for suffix in (".json", ".json.gz"))

    def load_file(self, file_path: str) -> Any:
        """The document, None when there is none."""
        for suffix in (".json", ".json.gz"):
            try:
                data = Path(file_path + suffix).read_bytes()
            except FileNotFoundError:
                continue
            text = gzip.decompress(data) if suffix == ".json.gz" else data
            return _endpoints(text) if Path(file_path).name == "endpoints" else _decode(text)
        return None


class Models(Loader):
    """botocore's loader, which takes a folder for a service and does not look whether it has the file as well."""

    FILE_LOADER_CLASS = _Files  # type: ignore[assignment]  # its stub asks for a subclass, botocore for the two methods

    def list_available_services(self, type_name: str) -> list[str]:
        return sorted({name for path in self.search_paths if os.path.isdir(path) for name in os.listdir(path)})


def _endpoints(text: bytes) -> dict[str, Any]:
    """endpoints.json with the services in ENDPOINTS only; the others are passed over undecoded."""
    whole = _members(text)
    partitions = [
        {name: _services(part) if name == "services" else _decode(part) for name, part in _members(partition).items()}
        for partition in _elements(whole.pop("partitions"))
    ]
    return {"partitions": partitions, **{name: _decode(part) for name, part in whole.items()}}


def _services(part: Raw) -> dict[str, Any]:
    return {name: _decode(found) for name, found in _members(part).items() if name in ENDPOINTS}
