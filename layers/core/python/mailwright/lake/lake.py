"""The lake: what Firehose copied from the stream and the journal, and what `measure` makes of it."""

import gzip
import io
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError, ClientError

from mailwright.workflow.ports import LakeUnreachable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Lake:
    """Implements workflow.ports.Lake."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def lines(self, prefix: str) -> Iterator[bytes]:
        """Every line under a prefix, without its end, in key order; empty lines are left out."""
        for key in self.keys(prefix):
            with self._client.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
                yield from unpacked(key, cast(IO[bytes], body))

    def keys(self, prefix: str) -> Iterator[str]:
        """The objects under a prefix, in key order."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
            for entry in page.get("Contents", []):  # S3 lists in the order of UTF-8 bytes
                yield entry["Key"]

    def write(self, key: str, body: bytes) -> None:
        """Put one object, replacing what was there."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body)

    def read(self, key: str) -> bytes | None:
        """One object, None when there is none; LakeUnreachable when S3 does not say."""
        try:
            with self._client.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
                return body.read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise LakeUnreachable(f"s3://{self._bucket}/{key}: {error}") from error
        except (BotoCoreError, OSError) as error:
            raise LakeUnreachable(f"s3://{self._bucket}/{key}: {error}") from error


def unpacked(key: str, body: IO[bytes]) -> Iterator[bytes]:
    """The lines of one object, read as a stream: a day of events does not fit in a function's memory."""
    source = gzip.GzipFile(fileobj=body) if key.endswith(".gz") else body
    for line in io.BufferedReader(cast(io.RawIOBase, source)) if key.endswith(".gz") else source:
        if text := line.rstrip(b"\r\n"):
            yield text
