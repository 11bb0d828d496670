"""The on-failure destination of a stream: whole records, with what went wrong, as one object in the quarantine bucket.

docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html: an S3 destination gets the invocation record
and the payload, under aws/lambda/<mapping>/<shard>/YYYY/MM/DD/.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from functions.wiring import Function
from local.world import names
from local.world.clock import Clock
from local.world.pollers.shard import GiveUp, Record
from mailwright.model.times import iso


def to_bucket(
    clock: Clock,
    client: Callable[[str], Any],
    function: Function,
    shard: str,
    batch_info: str,
    source: str,
    payload: Callable[[list[Record]], dict[str, Any]],
) -> GiveUp:
    """A GiveUp that writes to the bucket. `batch_info` is KinesisBatchInfo or DDBStreamBatchInfo."""
    mapping = sha256(f"{function.name}:{source}".encode()).hexdigest()[:32]

    def give_up(records: list[Record], condition: str, attempts: int, problem: str) -> None:
        first, last, now = records[0], records[-1], clock()
        identity = f"{shard}:{first.sequence}:{last.sequence}:{now}"
        document = {
            "requestContext": {
                "requestId": sha256(identity.encode()).hexdigest()[:32],
                "functionArn": names.arn("lambda", f"function:{function.name}"),
                "condition": condition,
                "approximateInvokeCount": attempts,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled" if problem else None,
                "errorMessage": problem,  # ours: AWS keeps it in the log only
            },
            "version": "1.0",
            "timestamp": iso(now),
            batch_info: {
                "shardId": shard,
                "startSequenceNumber": first.sequence,
                "endSequenceNumber": last.sequence,
                "approximateArrivalOfFirstRecord": iso(first.at),
                "approximateArrivalOfLastRecord": iso(last.at),
                "batchSize": len(records),
                "streamArn": source,
            },
            "payload": json.dumps(payload(records)),
        }
        stamp = iso(now)
        folder = f"aws/lambda/{mapping}/{shard}/{stamp[:10].replace('-', '/')}"
        key = f"{folder}/{stamp[:19].replace(':', '.')}-{document['requestContext']['requestId']}"  # type: ignore[index]
        client("s3").put_object(Bucket=names.QUARANTINE, Key=key, Body=json.dumps(document).encode())

    return give_up
