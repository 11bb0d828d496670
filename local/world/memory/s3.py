"""S3 in memory: whole objects by bucket and key."""

import io
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from hashlib import md5
from itertools import islice, takewhile
from typing import Any, NamedTuple

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from local.world.clock import Clock
from local.world.memory.service import Service, operation
from local.world.meter import Meter


class Stored(NamedTuple):
    body: bytes
    at: int
    headers: dict[str, Any]

    @property
    def etag(self) -> str:
        return f'"{md5(self.body, usedforsecurity=False).hexdigest()}"'


@dataclass
class Bucket:
    objects: dict[str, Stored] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)  # sorted


class S3(Service):
    """The client. A bucket that was not created is an error, as on AWS."""

    service = "s3"

    def __init__(self, clock: Clock, meter: Meter, *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self.buckets: dict[str, Bucket] = {}

    @operation("Bucket")
    def create_bucket(self, request: dict[str, Any]) -> dict[str, Any]:
        self.buckets.setdefault(request["Bucket"], Bucket())
        return {}

    @operation("Bucket", "Key", "Body", "ContentType", "ContentEncoding", "Metadata", "IfNoneMatch")
    def put_object(self, request: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket("PutObject", request)
        key = request["Key"]
        if request.get("IfNoneMatch") == "*" and key in bucket.objects:
            message = "At least one of the pre-conditions you specified did not hold"
            raise self.error("PutObject", "PreconditionFailed", message)
        body = request.get("Body", b"")
        content = body.encode() if isinstance(body, str) else body.read() if hasattr(body, "read") else bytes(body)
        kept: tuple[str, ...] = ("ContentType", "ContentEncoding", "Metadata")
        headers = {name: request[name] for name in kept if name in request}
        if key not in bucket.objects:
            insort(bucket.keys, key)
        bucket.objects[key] = Stored(content, self.clock(), headers)
        return {"ETag": bucket.objects[key].etag}

    @operation("Bucket", "Key")
    def get_object(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._bucket("GetObject", request).objects.get(request["Key"])
        if found is None:
            raise self._missing("GetObject", request["Key"])
        body = StreamingBody(io.BytesIO(found.body), len(found.body))
        return {"Body": body, "ContentLength": len(found.body), "ETag": found.etag, **found.headers}

    @operation("Bucket", "Key")
    def delete_object(self, request: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket("DeleteObject", request)
        if bucket.objects.pop(request["Key"], None) is not None:
            del bucket.keys[bisect_left(bucket.keys, request["Key"])]
        return {}

    @operation("Bucket", "Prefix", "ContinuationToken", "StartAfter", "MaxKeys")
    def list_objects_v2(self, request: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket("ListObjectsV2", request)
        prefix, most = request.get("Prefix", ""), min(request.get("MaxKeys", 1000), 1000)
        after = request.get("ContinuationToken") or request.get("StartAfter") or ""
        first = max(bisect_left(bucket.keys, prefix), bisect_right(bucket.keys, after))
        keys = list(takewhile(lambda key: key.startswith(prefix), islice(bucket.keys, first, first + most + 1)))
        answer: dict[str, Any] = {"KeyCount": len(keys[:most]), "IsTruncated": len(keys) > most}
        if keys:
            answer["Contents"] = [
                {"Key": key, "Size": len(bucket.objects[key].body), "ETag": bucket.objects[key].etag}
                for key in keys[:most]
            ]
        if len(keys) > most:
            answer["NextContinuationToken"] = keys[most - 1]
        return answer

    def _bucket(self, operation: str, request: dict[str, Any]) -> Bucket:
        if request["Bucket"] not in self.buckets:
            raise self.error(operation, "NoSuchBucket", "The specified bucket does not exist")
        return self.buckets[request["Bucket"]]

    def _missing(self, operation: str, key: str) -> ClientError:
        return self.error(operation, "NoSuchKey", "The specified key does not exist.", Key=key)
