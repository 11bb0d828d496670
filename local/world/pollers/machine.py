"""The map trigger: Step Functions on the virtual clock, as much of it as functions/machine.py says.

docs.aws.amazon.com/step-functions/latest/dg: Pass with Parameters, Task on a Lambda function with Retry, Choice on a
Boolean, Map over items, Succeed. Items are taken one after the other, which is one of the orders AWS may take them in.
Anything else in a definition is an error, so that the laptop never drives less than what is deployed.
"""

from collections.abc import Generator
from typing import Any

from functions.wiring import Function
from local.world.clock import Clock
from local.world.invoke import Invoker
from mailwright.model.times import SECOND

_FIELDS = {
    "Pass": {"Parameters", "Next"},
    "Task": {"Resource", "TimeoutSeconds", "Retry", "Parameters", "ResultPath", "Next", "End"},
    "Choice": {"Choices", "Default"},
    "Map": {"Label", "ItemsPath", "ItemSelector", "MaxConcurrency", "ItemProcessor", "ResultPath", "Next"},
    "Succeed": set(),
}
_Execution = Generator[int, None, Any]  # yields pauses in milliseconds


class ExecutionFailed(RuntimeError):
    """A task failed and its retries are used up."""


class Machine:
    """Runs one definition for one function; called as a function is invoked. `failed` says what ended badly."""

    def __init__(self, clock: Clock, invoker: Invoker, definition: dict[str, Any]) -> None:
        self._clock = clock
        self._invoker = invoker
        self._definition = definition
        self.failed: list[str] = []

    def __call__(self, function: Function, event: dict[str, Any]) -> None:
        """Begin an execution now; it goes on over the pauses of its retries."""
        self._go_on(self._run(function, self._definition, event, {}))

    def _go_on(self, execution: _Execution) -> None:
        try:
            pause = next(execution)
        except StopIteration:
            return
        except ExecutionFailed as error:
            self.failed.append(str(error))
            return
        self._clock.at(self._clock() + pause, lambda: self._go_on(execution))

    def _run(self, function: Function, machine: dict[str, Any], data: Any, item: dict[str, Any]) -> _Execution:
        """From the first state to the last; the output of the last is returned."""
        name: str | None = machine["StartAt"]
        while name is not None:
            state = machine["States"][name]
            unknown = state.keys() - _FIELDS[state["Type"]] - {"Type"}
            if unknown:
                raise ValueError(f"state {name}: {', '.join(sorted(unknown))} is not driven here")
            if state["Type"] == "Choice":
                name = _chosen(state, data)
                continue
            if state["Type"] == "Pass":
                data = filled(state["Parameters"], data, item)
            elif state["Type"] == "Task":
                given = filled(state["Parameters"], data, item) if "Parameters" in state else data
                result = yield from self._task(function, name, state, given)
                data = _placed(state, data, result)
            elif state["Type"] == "Map":
                results = []
                for value in filled({"items.$": state["ItemsPath"]}, data, item)["items"]:
                    selected = filled(state["ItemSelector"], data, {"Map": {"Item": {"Value": value}}})
                    results.append((yield from self._run(function, state["ItemProcessor"], selected, {})))
                data = _placed(state, data, results)
            name = state.get("Next")
        return data

    def _task(self, function: Function, name: str, state: dict[str, Any], given: Any) -> _Execution:
        (retry,) = state["Retry"]
        pause = retry["IntervalSeconds"]
        for attempt in range(retry["MaxAttempts"] + 1):
            answer, failure = self._invoker(function, given)
            if failure is None:
                return answer
            if attempt < retry["MaxAttempts"]:
                yield min(pause, retry["MaxDelaySeconds"]) * SECOND
                pause *= retry["BackoffRate"]
        raise ExecutionFailed(f"{function.name}: state {name}: {failure.error if failure else ''}")


def filled(template: dict[str, Any], data: Any, context: dict[str, Any]) -> dict[str, Any]:
    """A payload template: a name that ends in .$ takes what its path points at, in the input or ($$) the context."""
    made = {}
    for name, value in template.items():
        if name.endswith(".$"):
            made[name[:-2]] = _at(value[1:], context) if value.startswith("$$") else _at(value, data)
        else:
            made[name] = value
    return made


def _at(path: str, data: Any) -> Any:
    for step in path.split(".")[1:]:
        data = data[step]
    return data


def _placed(state: dict[str, Any], data: Any, result: Any) -> Any:
    """ResultPath: absent, the result is the output; null, it is dropped; `$.name`, it is put into the input."""
    path = state.get("ResultPath", "$")
    if path is None:
        return data
    return result if path == "$" else {**data, path[2:]: result}


def _chosen(state: dict[str, Any], data: Any) -> str:
    for choice in state["Choices"]:
        if _at(choice["Variable"], data) is choice["BooleanEquals"]:
            return str(choice["Next"])
    return str(state["Default"])
