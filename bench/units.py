"""What folding asks of DynamoDB, counted by its published rules: units and calls an event, by batch window."""

from bench.fold import CONTENT
from bench.measure import table
from bench.trace import START, batches, trace
from local.world.clock import Clock
from local.world.memory.dynamodb import DynamoDB
from local.world.meter import Meter
from mailwright.content.publish import compile_folder
from mailwright.model.content import Content
from mailwright.model.event import encode_event
from mailwright.model.times import DAY, MINUTE, SECOND
from mailwright.store.profiles import ProfileStore
from mailwright.store.tables import definition
from mailwright.workflow.fold import Record, fold
from mailwright.workflow.ports import Quarantine

TITLE = "DynamoDB: units and calls an event"
CUSTOMERS, DAYS, WARM = 300, 60, 30
WINDOWS = {"15 s": 15 * SECOND, "60 s": 60 * SECOND, "300 s": 5 * MINUTE, "15 min": 15 * MINUTE}


class _Nothing(Quarantine):
    def put(self, records: object) -> None:
        raise AssertionError(f"the trace is good, but {records} was refused")


def run() -> str:
    """The table, as Markdown."""
    content = compile_folder(CONTENT)
    rows = [_counted(name, window, content) for name, window in WINDOWS.items()]
    note = (
        f"{CUSTOMERS} customers, 8 sessions a month each, shipped segments and journeys; counted over days {WARM} to"
        f" {DAYS}, so that rows are as large as they become. Every customer is alone in its batch as far as reads"
        " go: a batch of many reads 100 in one call. `index` are the writes that move timers in the index `due`."
    )
    heads = ["batch window", "events a write", "write units", "of it index", "read units",
             "calls, one customer a read", "calls, 100 a read", "rows of ids a write"]  # fmt: skip
    return table(heads, rows) + "\n\n" + note


def _counted(name: str, window: int, content: Content) -> list[str]:
    meter, clock = Meter(), Clock(START)
    client = DynamoDB(clock, meter)
    client.create_table(**definition("customers"))
    store = ProfileStore(client, "customers")
    events = writes = 0
    for batch in batches(trace(5, CUSTOMERS, DAYS), window):
        if events == 0 and batch[0].at >= START + WARM * DAY:
            meter.units.clear()
            meter.calls.clear()
            writes = 0
        records = [Record("1", encode_event(event)) for event in batch]
        done = fold(records, store, _Nothing(), content, batch[-1].at)
        assert done.error is None
        writes += done.counts["writes"]
        if batch[0].at >= START + WARM * DAY:
            events += len(batch)
    calls = {operation: number for (_, operation), number in meter.calls.items()}
    reads = calls.get("BatchGetItem", 0)
    others = sum(calls.values()) - reads
    index = sum(units for (kind, of), units in meter.units.items() if kind == "write" and "/" in of)
    return [
        name,
        f"{events / writes:.2f}",
        f"{meter.total('write') / events:.3f}",
        f"{index / events:.3f}",
        f"{meter.total('read') / events:.3f}",
        f"{(reads + others) / events:.3f}",
        f"{(writes / 100 + others) / events:.3f}",
        f"{calls['PutItem'] / writes - 1:.3f}",
    ]
