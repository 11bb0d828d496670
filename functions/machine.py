"""The state machine of a `map` trigger: one function at work on the parts of a table, then once more to conclude.

Amazon States Language, made here once: infra deploys it, and the laptop's own runner (local/world/pollers/machine.py)
drives the same. Its input is what the scheduler gives, {"scheduled": instant}. Each part is asked for until it says
`done`; no customer's data passes through, a worker writes down in the lake how far it came.
"""

from typing import Any

from functions.wiring import Function, Trigger

LABEL = "Parts"  # names the executions of the items: <state machine>/Parts

# Half an hour of patience, for a stream that throttles or a function that finds no free concurrency.
_RETRY = [
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 2, "MaxDelaySeconds": 300, "MaxAttempts": 10}
]


def definition(function: Function, trigger: Trigger, arn: str, parts: int | None = None) -> dict[str, Any]:
    """The definition for the function at `arn`; `parts` in place of the trigger's own."""
    count = trigger["parts"] if parts is None else parts
    handed = {"scheduled.$": "$.scheduled", "parts.$": "$.parts"}
    task = {"Type": "Task", "Resource": arn, "TimeoutSeconds": function.timeout, "Retry": _RETRY}
    worker = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Look",
        "States": {
            "Look": {**task, "ResultPath": "$.result", "Next": "Done?"},
            "Done?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.result.done", "BooleanEquals": True, "Next": "Looked"}],
                "Default": "Look",
            },
            "Looked": {"Type": "Succeed"},
        },
    }
    return {
        "Comment": function.description,
        "StartAt": "Parts",
        "States": {
            "Parts": {
                "Type": "Pass",
                "Parameters": {"scheduled.$": "$.scheduled", "parts": count, "items": list(range(count))},
                "Next": "Work",
            },
            "Work": {
                "Type": "Map",
                "Label": LABEL,
                "ItemsPath": "$.items",
                "ItemSelector": {**handed, "part.$": "$$.Map.Item.Value"},
                "MaxConcurrency": trigger["at_once"],
                "ItemProcessor": worker,
                "ResultPath": None,
                "Next": "Conclude",
            },
            "Conclude": {**task, "Parameters": handed, "End": True},
        },
    }
