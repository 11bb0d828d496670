"""The rules of an event source mapping on a shard, one test a rule; docs/world.md gives each rule's source."""

from itertools import pairwise

import pytest

from local.world.clock import Clock
from local.world.invoke import Failure
from local.world.pollers.shard import PAYLOAD, Record, Rules, Shard

SECOND = 1_000
START = 1_000_000


class Room:
    """A shard with a function that does as it is told, and a record of every delivery."""

    def __init__(self, batch=100, window=0, retries=3, max_age=3_600, bisect=True):
        self.clock = Clock(START)
        self.calls = []  # (instant, records)
        self.lost = []  # (records, condition, attempts)
        self.answer = lambda names: None
        rules = Rules(batch, window * SECOND, retries, max_age * SECOND, bisect)
        self.shard = Shard(self.clock, rules, self._invoke, self._give_up)

    def _invoke(self, records):
        names = "".join(record.sequence for record in records)
        self.calls.append((self.clock() - START, names))
        answer = self.answer(names)
        if isinstance(answer, Exception):
            return None, Failure(self.clock(), "f", repr(answer), len(records), "")
        return answer, None

    def _give_up(self, records, condition, attempts, problem):
        self.lost.append(("".join(record.sequence for record in records), condition, attempts))

    def put(self, names, size=100):
        self.shard.add([Record(name, self.clock(), size, {}) for name in names])

    def run(self):
        while self.clock.step():
            pass

    @property
    def batches(self):
        return [names for _, names in self.calls]


def report(*names):
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


def failing_on(*bad):
    """A handler that fails as a whole when a bad record is in the batch."""
    return lambda names: ValueError("bad") if set(names) & set(bad) else None


def reporting(*bad):
    """A handler that reports the bad records."""
    return lambda names: report(*(name for name in names if name in bad))


def test_a_batch_goes_out_when_its_window_ends():
    room = Room(window=60)
    room.put("ab")
    room.clock.reach(START + 30 * SECOND)
    room.put("c")
    room.run()
    assert room.calls == [(60 * SECOND, "abc")]


def test_a_batch_goes_out_when_it_is_full():
    room = Room(window=60, batch=3)
    room.put("abcd")
    room.run()
    assert room.calls == [(0, "abc"), (60 * SECOND, "d")]


def test_a_batch_goes_out_when_its_payload_is_full_and_holds_no_more_than_that():
    room = Room(window=60)
    room.put("abc", size=PAYLOAD // 2)
    room.run()
    assert room.calls == [(0, "ab"), (60 * SECOND, "c")]


@pytest.mark.parametrize("answer", [None, {}, "", [], {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_empty_answer_is_success(answer):
    room = Room()
    room.answer = lambda names: answer
    room.put("abc")
    room.run()
    assert room.batches == ["abc"]


@pytest.mark.parametrize(
    "answer",
    [
        report(""),
        report(None),
        report("z"),
        {"batchItemFailures": [{"itemIdentifer": "b"}]},
        {"batchItemFailures": ["b"]},
        "done",
        ["b"],
    ],
    ids=["empty id", "null id", "id not in the batch", "misspelt key", "no object", "text", "list"],
)
def test_an_answer_that_names_no_record_fails_the_whole_batch(answer):
    room = Room(bisect=False, retries=1)
    room.answer = lambda names: answer
    room.put("abc")
    room.run()
    assert room.batches == ["abc", "abc"]
    assert room.lost == [("abc", "RetryAttemptsExhausted", 2)]


def test_everything_from_the_lowest_failure_on_comes_again_successes_included():
    room = Room()
    answers = iter([report("d", "b"), None])
    room.answer = lambda names: next(answers)
    room.put("abcde")
    room.run()
    assert room.batches == ["abcde", "bcde"]


def test_an_exception_fails_the_whole_batch_and_splits_it_in_two():
    room = Room()
    room.answer = failing_on("c")
    room.put("abcd")
    room.run()
    assert room.batches[:5] == ["abcd", "ab", "cd", "c", "c"]
    assert room.batches[-1] == "d"
    assert room.lost == [("c", "RetryAttemptsExhausted", 4)]


def test_splitting_uses_up_no_retry():
    room = Room(retries=1)
    room.answer = failing_on("h")
    room.put("abcdefgh")
    room.run()
    assert room.batches == ["abcdefgh", "abcd", "efgh", "ef", "gh", "g", "h", "h"]
    assert room.lost == [("h", "RetryAttemptsExhausted", 2)]


def test_with_partial_answers_the_batch_is_split_at_the_record_that_was_reported():
    room = Room(retries=0)
    room.answer = reporting("c")
    room.put("abcde")
    room.run()
    assert room.batches == ["abcde", "cde", "cd", "c", "d", "e"]
    assert room.lost == [("c", "RetryAttemptsExhausted", 1)]


def test_without_bisection_a_failing_batch_is_given_up_whole_after_its_retries():
    room = Room(bisect=False, retries=2)
    room.answer = failing_on("b")
    room.put("abc")
    room.run()
    assert room.batches == ["abc"] * 3
    assert room.lost == [("abc", "RetryAttemptsExhausted", 3)]


def test_retries_wait_longer_each_time_up_to_a_minute():
    room = Room(retries=8)
    room.answer = failing_on("a")
    room.put("a")
    room.run()
    at = [instant // SECOND for instant, _ in room.calls]
    assert [later - earlier for earlier, later in pairwise(at)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_failing_batch_holds_up_the_shard_and_order_is_kept():
    room = Room(batch=2, bisect=False, retries=5)
    failures = iter([True, True, False, False])
    room.answer = lambda names: ValueError("later") if next(failures) else None
    room.put("ab")
    room.clock.step()
    room.put("cd")
    room.run()
    assert room.batches == ["ab", "ab", "ab", "cd"]


def test_records_above_the_maximum_age_are_given_up_the_others_are_not():
    room = Room(max_age=100, retries=100, window=0)
    room.answer = failing_on("a")
    room.put("a")
    while room.clock.step(START + 70 * SECOND):
        pass
    room.clock.reach(START + 70 * SECOND)
    room.put("b")
    room.run()
    assert room.lost == [("a", "RecordAgeExceeded", 7)]
    assert room.batches[-1] == "b"


def test_what_was_given_up_does_not_hold_up_what_follows():
    room = Room(retries=0)
    room.answer = failing_on("b")
    room.put("abc")
    room.run()
    room.put("d")
    room.run()
    assert room.lost == [("b", "RetryAttemptsExhausted", 1)]
    assert room.batches[-1] == "d"
