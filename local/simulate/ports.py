"""Clients that fail: what stands between the adapters and the memory engine, in botocore's own terms."""

from collections.abc import Callable
from typing import Any, Protocol

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from local.simulate.chaos import Chaos, Crash

RUNNING = ("dispatch", "feedback", "fold", "preferences", "send", "tick")
Call = Callable[..., Any]
_NOWHERE = "https://aws.example.com"


class Stage(Protocol):
    """What a fault may need of the world it strikes in."""

    chaos: Chaos

    def place(self) -> str:
        """The function that runs; "" when none does."""

    def again(self) -> None:
        """Run the present invocation a second time, to its end."""

    def wait(self) -> None:
        """Let everything else go on for a while. Crash when the function's time is up then."""

    def opt_out(self, customer_id: str) -> None:
        """Let a person say no, now."""


class Port:
    """One client as the functions see it. Faults are chosen at each call and named as in `faults.AT_CALLS`."""

    def __init__(self, client: Any, stage: Stage) -> None:
        self._client = client
        self._stage = stage
        self.service: str = client.service

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._client, name)
        if not callable(inner):
            return inner
        stage, strike = self._stage, self._stage.chaos.strike
        places = {each: f"{each or 'outside'} {self.service}.{name}" for each in (*RUNNING, "")}

        def call(**request: Any) -> Any:
            running = stage.place()
            fault = strike(places[running], inside=running != "")
            return self._struck(fault, inner, request, name) if fault else inner(**request)

        setattr(self, name, call)
        return call

    def _struck(self, fault: str, inner: Call, request: dict[str, Any], name: str) -> Any:
        match fault:
            case "crash before":
                raise Crash(fault)
            case "request lost":
                raise self._never_arrived()
            case "throttled":
                return self._throttled(inner, request, name)
            case "opt-out":
                return self._opted_out(inner, request)
        answer = inner(**request)
        match fault:
            case "crash after":
                raise Crash(fault)
            case "reply lost for good":
                raise ReadTimeoutError(endpoint_url=_NOWHERE)
            case "reply lost":
                return self._asked_again(inner, request)
            case "zombie":
                self._stage.again()
            case "stall":
                self._stage.wait()
        return answer

    def _never_arrived(self) -> Exception:
        return ConnectTimeoutError(endpoint_url=_NOWHERE)

    def _asked_again(self, inner: Call, request: dict[str, Any]) -> Any:
        """What botocore does for every client of ours but one."""
        return inner(**request)

    def _opted_out(self, inner: Call, request: dict[str, Any]) -> Any:
        """A read that is stale when it arrives, or a write that comes too late."""
        key = request.get("Key") or request.get("Item") or {}
        customer_id = key.get("customer_id", {}).get("S")
        if "Key" not in request:
            self._no(customer_id)
            return inner(**request)
        answer = inner(**request)
        self._no(customer_id)
        return answer

    def _no(self, customer_id: str | None) -> None:
        if customer_id is not None:
            self._stage.opt_out(customer_id)

    def _throttled(self, inner: Call, request: dict[str, Any], name: str) -> Any:
        """All of it, or half of it where the service answers for each part."""
        half, parts = _HALVES.get(name), request.get("Records", request.get("Entries"))
        if half is None or (parts is not None and len(parts) < 2):
            raise refusal("ThrottlingException", "Rate exceeded", name)
        injected = self._stage.chaos.injected
        injected["throttled"] -= 1  # counted by itself
        injected[f"part refused: {name}"] += 1
        return half(inner, request)


class Mail(Port):
    """SES: one attempt, so whatever is lost reaches the mailer, and it may or may not have been sent."""

    def _never_arrived(self) -> Exception:
        before = self._stage.chaos.details().random() < 0.5
        return (ConnectTimeoutError if before else ReadTimeoutError)(endpoint_url=_NOWHERE)

    def _asked_again(self, inner: Call, request: dict[str, Any]) -> Any:
        raise ReadTimeoutError(endpoint_url=_NOWHERE)  # nobody asks again

    def _throttled(self, inner: Call, request: dict[str, Any], name: str) -> Any:
        chance = self._stage.chaos.details().random()
        if chance < 0.9:
            raise refusal("TooManyRequestsException", "Maximum sending rate exceeded.", name, 429)
        if chance < 0.95:
            raise refusal("MessageRejected", "Message rejected by the simulator", name)
        raise refusal("InternalServerError", "Try again", name, 500)  # not sent, but who knows


def refusal(code: str, message: str, operation: str, status: int = 400) -> ClientError:
    """An error as AWS answers it."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def _half_of_the_records(inner: Call, request: dict[str, Any]) -> Any:
    records = request["Records"]
    answer = inner(**{**request, "Records": records[::2]})
    taken = iter(answer["Records"])
    code = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "Rate exceeded"}
    answers = [code if place % 2 else next(taken) for place in range(len(records))]
    return {"FailedRecordCount": len(records) // 2, "Records": answers}


def _half_of_the_lines(inner: Call, request: dict[str, Any]) -> Any:
    lines = request["Records"]
    answer = inner(**{**request, "Records": lines[::2]})
    taken = iter(answer["RequestResponses"])
    code = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down"}
    answers = [code if place % 2 else next(taken) for place in range(len(lines))]
    return {**answer, "FailedPutCount": len(lines) // 2, "RequestResponses": answers}


def _half_of_the_entries(inner: Call, request: dict[str, Any]) -> Any:
    entries = request["Entries"]
    answer = inner(**{**request, "Entries": entries[::2]})
    failed = [{"Id": one["Id"], "SenderFault": False, "Code": "ServiceUnavailable"} for one in entries[1::2]]
    return {**answer, "Failed": failed}


def _half_of_the_keys(inner: Call, request: dict[str, Any]) -> Any:
    ((table, wanted),) = request["RequestItems"].items()
    keys = wanted["Keys"]
    if len(keys) == 1:
        return {"Responses": {table: []}, "UnprocessedKeys": request["RequestItems"]}
    answer = inner(RequestItems={table: {**wanted, "Keys": keys[::2]}})
    return {**answer, "UnprocessedKeys": {table: {**wanted, "Keys": keys[1::2]}}}


_HALVES = {
    "put_records": _half_of_the_records,
    "put_record_batch": _half_of_the_lines,
    "send_message_batch": _half_of_the_entries,
    "batch_get_item": _half_of_the_keys,
}
