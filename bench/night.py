"""What one nightly run of recompute reads and costs: computed from the rows that were counted, at list prices."""

from bench.bill import MEMORY, NIGHTS, TIMES, price, woken
from bench.counted import Counted
from bench.measure import table
from bench.shop import CUSTOMERS
from mailwright.workflow.recompute import TOGETHER

MEGABYTE, UNIT = 1024**2, 4096  # bytes of a scan's answer at the most; of a read unit
PARTS = 16  # functions/recompute/function.toml
TRANSITIONS = 60  # of the state machine and of one execution each part, as in the bill


def night(done: Counted) -> str:
    """A table; the parts of it that grow with the customers are for a million."""
    size = sum(CUSTOMERS / done.customers * bytes_ for _, bytes_ in done.stored.values())
    rows = sum(CUSTOMERS / done.customers * number for number, _ in done.stored.values())
    pages = size / MEGABYTE
    units = size / UNIT / 2  # eventually consistent
    cpu = TIMES["cpu_ms"]["recompute"]
    seconds = (PARTS * cpu[0] + CUSTOMERS * cpu[1] + pages * TIMES["wait_ms"]["dynamodb"]) / 1000
    notes = CUSTOMERS / TOGETHER + PARTS + 1
    lines = [
        ("read units", units, units * price("dynamodb_read")),
        ("Scan requests of 1 MB", pages, 0.0),
        (
            "GB-seconds",
            seconds * MEMORY["recompute"] / 1024,
            seconds * MEMORY["recompute"] / 1024 * price("lambda_gb_s"),
        ),
        ("invocations", PARTS + 1, (PARTS + 1) * price("lambda_request")),
        ("state transitions", TRANSITIONS, TRANSITIONS * price("states_transition")),
        ("notes and the record in the lake", notes, notes * price("s3_puts")),
    ]
    total = sum(dollars for _, _, dollars in lines)
    cells = [[what, f"{amount:,.0f}", f"{dollars:.4f}"] for what, amount, dollars in lines]
    cells.append(["**a run**", "", f"**{total:.4f}**"])
    return (
        table([f"{CUSTOMERS:,} profiles, nobody changed", "amount", "$"], cells)
        + f"\n\nThe table has {rows:,.0f} rows of {size / rows:,.0f} bytes on average, those that are no profile"
        f" among them: a scan pays for all it passes. {NIGHTS} runs a month are ${NIGHTS * total:,.2f}. A profile that"
        f" time has changed adds a record of the stream, one read and one write of its row, some"
        f" ${1000 * woken():.4f} a thousand; one that has not changed adds nothing."
    )
