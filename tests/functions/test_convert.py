"""`mailwright convert`: any order export to events, nothing dropped in silence."""

import gzip
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from local.cli import cli
from local.convert.column_map import MapInvalid, read_map
from local.convert.run import Report, convert
from mailwright.model.times import parse_iso
from mailwright.sources import limits, segment

ROOT = Path(__file__).parents[2]
RETAIL_MAP = ROOT / "events" / "maps" / "online-retail.yaml"
RETAIL = ROOT.parent / "shared" / "data" / "online-retail.csv.gz"
NOW = parse_iso("2026-11-22T20:00:00Z")

MAP = """\
columns: {order_id: order, customer_id: who, time: when, product_id: sku, quantity: n, price: each, name: title}
time: {timezone: Europe/Amsterdam}
currency: EUR
email: "{who}@example.com"
cancelled: {column: status, matches: cancelled}
"""
HEADER = "order,who,when,sku,title,n,each,status\n"


def ran(tmp_path: Path, table: str | bytes, column_map: str = MAP) -> tuple[list[Any], Report, list[Any]]:
    """Messages, report and rejects of one conversion."""
    file = tmp_path / "map.yaml"
    file.write_text(column_map)
    raw = table if isinstance(table, bytes) else (HEADER + table).encode()
    written, rejected = io.BytesIO(), io.BytesIO()
    report = convert(read_map(file), io.BytesIO(raw), written.write, rejected.write)
    messages = [json.loads(line) for line in written.getvalue().splitlines()]
    return messages, report, [json.loads(line) for line in rejected.getvalue().splitlines()]


def test_lines_of_one_order_become_one_event_and_the_customer_is_told_of_once(tmp_path: Path) -> None:
    messages, report, rejected = ran(
        tmp_path,
        "o1,ann,2026-03-01 10:00:00,p1,Mug,2,9.95,\n"
        "o1,ann,2026-03-01 10:00:00,p2,Board,1,42,\n"
        "o2,ann,2026-03-02T10:00:00+00:00,p1,Mug,1,9.95,\n",
    )
    assert [(message["type"], message["userId"]) for message in messages] == [
        ("identify", "ann"),
        ("track", "ann"),
        ("track", "ann"),
    ]
    identify, first, second = messages
    assert identify["traits"] == {"email": "ann@example.com"}
    assert first["timestamp"] == "2026-03-01T09:00:00.000Z"  # winter in Amsterdam
    assert first["event"] == "Order Completed"
    assert first["properties"] == {
        "order_id": "o1",
        "total": 61.9,
        "currency": "EUR",
        "products": [
            {"product_id": "p1", "name": "Mug", "price": 9.95, "quantity": 2},
            {"product_id": "p2", "name": "Board", "price": 42.0, "quantity": 1},
        ],
    }
    assert second["timestamp"] == "2026-03-02T10:00:00.000Z"
    assert (report.rows, report.counts.lines, report.counts.orders, rejected) == (3, 3, 2, [])


def test_every_message_passes_the_parser_and_ids_are_the_same_each_time(tmp_path: Path) -> None:
    table = "o1,ann,2026-03-01 10:00:00,p1,Mug,2,9.95,\no2,bob,2026-03-01 11:00:00,p1,Mug,1,9.95,cancelled\n"
    messages, _, _ = ran(tmp_path, table)
    ids = [segment.event(message, NOW).id for message in messages]
    assert len(ids) == len(set(ids)) == 4
    assert ran(tmp_path, table)[0] == messages


def test_a_cancelled_row_takes_back_what_it_names(tmp_path: Path) -> None:
    messages, report, _ = ran(tmp_path, "o1,ann,2026-03-01 10:00:00,p1,Mug,-2,9.95,cancelled\n")
    assert messages[1]["event"] == "Order Cancelled"
    assert messages[1]["properties"]["total"] == 19.9
    assert messages[1]["properties"]["products"][0]["quantity"] == 2
    assert (report.counts.cancellations, report.counts.orders, report.counts.cancelled_lines) == (1, 0, 1)


def test_an_export_that_only_marks_orders_as_cancelled_tells_of_both(tmp_path: Path) -> None:
    both = MAP.replace("matches: cancelled}", "matches: cancelled, also_ordered: true}")
    messages, _, _ = ran(tmp_path, "o1,ann,2026-03-01 10:00:00,p1,Mug,2,9.95,cancelled\n", both)
    assert [message.get("event") for message in messages] == [None, "Order Completed", "Order Cancelled"]


def test_negative_pieces_can_be_the_mark(tmp_path: Path) -> None:
    negative = MAP.replace("{column: status, matches: cancelled}", "{quantity: negative}")
    messages, _, _ = ran(tmp_path, "o1,ann,2026-03-01 10:00:00,p1,Mug,-2,9.95,\n", negative)
    assert messages[1]["event"] == "Order Cancelled"


def test_lines_may_be_apart_as_far_as_the_map_says(tmp_path: Path) -> None:
    table = "".join(f"o{n},ann,2026-03-01 10:00:00,p1,Mug,1,1,\n" for n in (1, 2, 1, 3, 4, 1))
    messages, report, rejected = ran(tmp_path, table, MAP + "lines_apart: 2\n")
    assert [message["properties"]["total"] for message in messages[1:]] == [2.0, 1.0, 1.0, 1.0]
    assert report.refused == {"order_closed": (1, [7])}
    assert "raise lines_apart" in rejected[0]["reason"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",ann,2026-03-01 10:00:00,p1,Mug,1,1,", "missing_order_id"),
        ("o9, ,2026-03-01 10:00:00,p1,Mug,1,1,", "missing_customer_id"),
        ("o9,ann,,p1,Mug,1,1,", "not_a_time"),
        ("o9,ann,01/03/2026,p1,Mug,1,1,", "not_a_time"),
        ("o9,ann,2026-03-01 10:00:00,,Mug,1,1,", "missing_product_id"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,one,1,", "not_a_number"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,NaN,1,", "not_a_number"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,1e99,1,", "not_a_number"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,1.5,1,", "not_a_whole_number"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,0,1,", "quantity_not_positive"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,-1,1,", "quantity_not_positive"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,1,-1,", "price_not_positive"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,1,,", "not_a_number"),
        ("o9,ann", "wrong_number_of_fields"),
        ("o9,ann,2026-03-01 10:00:00,p1,Mug,1,1,,,", "wrong_number_of_fields"),
        ("o9,a b,2026-03-01 10:00:00,p1,Mug,1,1,", "unusable_email"),
        ("o9,a\x07,2026-03-01 10:00:00,p1,Mug,1,1,", "unusable_email"),
        ("o9,ann,2026-03-01 10:00:00,p1,M\x00g,1,1,", "not_text"),
        ("o1,bob,2026-03-01 10:00:00,p1,Mug,1,1,", "customer_differs"),
    ],
)
def test_a_broken_row_is_kept_with_its_line_and_its_neighbours_go_on(tmp_path: Path, row: str, reason: str) -> None:
    good = "o1,ann,2026-03-01 10:00:00,p1,Mug,1,1,\n"
    messages, report, rejected = ran(tmp_path, good + row + "\n" + good)
    assert messages[-1]["properties"]["total"] == 2.0
    assert report.refused == {reason: (1, [3])}
    assert report.counts.lines + report.refused_rows == report.rows == 3
    (one,) = rejected
    assert (one["line"], one["code"]) == (3, reason)
    assert ",".join(one["record"]) == row


def test_bytes_that_are_no_text_are_refused_not_guessed(tmp_path: Path) -> None:
    raw = HEADER.encode() + b"o1,ann,2026-03-01 10:00:00,p1,Caf\xe9,1,1,\n"
    assert ran(tmp_path, raw)[1].refused == {"not_text": (1, [2])}
    messages, _, _ = ran(tmp_path, raw, MAP + "encoding: windows-1252\n")
    assert messages[1]["properties"]["products"][0]["name"] == "Café"


def test_an_unclosed_quote_costs_its_own_rows_and_says_so(tmp_path: Path) -> None:
    good = "o1,ann,2026-03-01 10:00:00,p1,Mug,1,1,\n"
    _, report, rejected = ran(tmp_path, good + 'o2,ann,2026-03-01 10:00:00,p1,"Mug,1,1,\n' + good)
    assert report.counts.lines == 1
    assert report.refused == {"wrong_number_of_fields": (1, [3])}
    assert rejected[0]["record"][4].endswith(good)  # what it swallowed is kept
    huge = "x" * 1_000_001
    assert ran(tmp_path, f"{huge},ann,2026-03-01 10:00:00,p1,Mug,1,1,\n{good}")[1].refused == {"not_csv": (1, [2])}


def test_commas_as_decimals_semicolons_between_and_a_byte_order_mark(tmp_path: Path) -> None:
    raw = "\ufeff" + HEADER.replace(",", ";") + "o1;ann;01.03.2026 10:00;p1;Mug;2;1.234,50;\n"
    european = MAP.replace("time: {", 'time: {format: "%d.%m.%Y %H:%M", ') + 'delimiter: ";"\ndecimal: ","\n'
    messages, _, _ = ran(tmp_path, raw.encode(), european)
    assert messages[1]["properties"]["total"] == 2469.0
    assert messages[1]["timestamp"] == "2026-03-01T09:00:00.000Z"


def test_an_export_of_one_row_an_order_needs_no_products(tmp_path: Path) -> None:
    column_map = """\
columns: {order_id: Name, customer_id: Email, time: Paid at, total: Total, currency: Currency, coupon: Discount Code}
time: {format: unix}
email: "{Email}"
traits: {firstName: First, country: {column: Country, values: {Ireland: IE}}}
id_prefix: archive-
"""
    raw = (
        b"Name,Email,Paid at,Total,Currency,Discount Code,First,Country\n"
        b'#1001,ann@example.com,1767225600,"1,024.50",EUR,SPRING,Ann,Ireland\n'
        b"#1002,ann@example.com,1767312000,5,EUR,,Ann,Peru\n"
    )
    messages, _, _ = ran(tmp_path, raw, column_map)
    assert messages[0]["traits"] == {"email": "ann@example.com", "firstName": "Ann", "country": "IE"}
    assert messages[1]["properties"] == {"order_id": "#1001", "total": 1024.5, "currency": "EUR", "coupon": "SPRING"}
    assert messages[1]["messageId"] == "archive-ordered-#1001"
    assert messages[2]["traits"]["country"] == "Peru"  # something about the customer changed
    assert len(messages) == 4


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        (("columns:", "colums:"), "map.yaml:1:", "unknown key 'colums' (did you mean columns?)"),
        (("order_id: order, ", ""), "map.yaml:1:", "does not say which column is order_id"),
        (("price: each, ", ""), "map.yaml:1:", "columns needs total, or product_id and price"),
        (("Europe/Amsterdam", "Europe/Amstedram"), "map.yaml:2:", "'Europe/Amstedram' is no time zone"),
        (("matches: cancelled", "matches: '['"), "map.yaml:5:", "not a regular expression"),
        (("currency: EUR", "currency: [EUR]"), "map.yaml:3:", "currency must be text"),
        (("currency: EUR", "encoding: latin-99"), "map.yaml:3:", "'latin-99' is no encoding"),
        (("currency: EUR", "delimiter: ab"), "map.yaml:3:", "delimiter must be one of"),
        (("quantity: n, ", "qty: n, "), "map.yaml:1:", "unknown key 'qty'"),
        (("currency: EUR", "lines_apart: many"), "map.yaml:3:", "lines_apart must be a whole number"),
        (("columns: {", "columns: ["), "map.yaml:1:", "not valid YAML"),
    ],
)
def test_a_mistake_in_the_map_is_told_with_its_place(
    tmp_path: Path, change: tuple[str, str], place: str, said: str
) -> None:
    with pytest.raises(MapInvalid) as caught:
        ran(tmp_path, "", MAP.replace(*change))
    assert any(f"/{place}" in str(each) and said in str(each) for each in caught.value.findings), str(caught.value)


def test_a_column_the_file_does_not_have_is_told_where_the_map_names_it(tmp_path: Path) -> None:
    with pytest.raises(MapInvalid, match=r"map.yaml:1:\d+: the file has no column 'each' \(did you mean reach\?\)"):
        ran(tmp_path, HEADER.replace("each", "reach").encode())


# --- as a command


def command(*arguments: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["convert", *map(str, arguments)], input=given)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "map.yaml").write_text(MAP)
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "o1,ann,2026-03-01 10:00:00,p1,Mug,1,1,\no2,,2026-03-01 10:00:00,p1,Mug,1,1,\n")
    return file


def test_events_go_to_standard_output_and_the_account_to_standard_error(export: Path) -> None:
    done = command("--map", export.parent / "map.yaml", export)
    assert done.exit_code == 0
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()] == ["identify", "track"]
    assert "2 rows: 1 lines of 1 orders" in done.stderr
    assert "missing_customer_id" in done.stderr
    assert "line 3" in done.stderr


def test_out_gets_the_events_and_a_file_of_rejects_beside_it(export: Path) -> None:
    out = export.parent / "events.ndjson.gz"
    done = command("--map", export.parent / "map.yaml", export, "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert len(gzip.decompress(out.read_bytes()).splitlines()) == 2
    (rejected,) = (export.parent / "events.ndjson.gz.rejects.ndjson").read_text().splitlines()
    assert json.loads(rejected)["record"][0] == "o2"
    assert sorted(path.name for path in export.parent.glob(".*")) == []


def test_standard_input_and_gzip_are_read(export: Path) -> None:
    plain = command("--map", export.parent / "map.yaml", export)
    packed = command("--map", export.parent / "map.yaml", "-", given=gzip.compress(export.read_bytes()))
    assert packed.stdout == plain.stdout != ""


@pytest.mark.parametrize("wrong", ["map", "file", "out"])
def test_a_path_that_leads_nowhere_is_named(export: Path, wrong: str) -> None:
    paths: dict[str, Path] = {"map": export.parent / "map.yaml", "file": export, "out": export.parent / "o.ndjson"}
    paths[wrong] = export.parent / "nowhere" / "x"
    done = command("--map", paths["map"], paths["file"], "--out", paths["out"])
    assert done.exit_code == 2
    assert str(paths[wrong]) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (gzip.compress(b"x,y\n" * 99_999)[:-20], "cannot be read after"),
        (b"a,b\n1,2\n", "no column"),
    ],
)
def test_a_file_that_is_no_export_says_why_and_leaves_nothing_behind(export: Path, content: bytes, said: str) -> None:
    export.write_bytes(content)
    (export.parent / "map.yaml").write_text(MAP if said != "cannot be read after" else
        "columns: {order_id: x, customer_id: y, time: y, total: x}\n")  # fmt: skip
    done = command("--map", export.parent / "map.yaml", export, "--out", export.parent / "events.ndjson")
    assert done.exit_code == 2
    assert said in done.stderr
    assert not list(export.parent.glob("*.ndjson*"))


def test_an_export_of_nothing_but_broken_rows_is_an_error(export: Path) -> None:
    export.write_text(HEADER + "o2,,2026-03-01 10:00:00,p1,Mug,1,1,\n")
    done = command("--map", export.parent / "map.yaml", export)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Nothing was converted" in done.stderr


# --- the real thing


@pytest.mark.slow
@pytest.mark.skipif(
    not RETAIL.exists(), reason="../shared/data/online-retail.csv.gz is not here (it is not ours to ship)"
)
def test_the_totals_of_a_real_shop_are_those_its_publisher_states() -> None:
    lines: list[bytes] = []
    refused: list[bytes] = []
    with RETAIL.open("rb") as source:
        report = convert(read_map(RETAIL_MAP), source, lines.append, refused.append)
    assert report.rows == 451_127
    assert report.counts.lines == 331_431
    assert report.counts.lines + report.counts.cancelled_lines + len(refused) == report.rows
    assert set(report.refused) == {"missing_customer_id", "price_not_positive"}
    worth, orders, customers, ids = Decimal(0), set(), set(), set()
    for line in lines:
        message = limits.decode(line)
        ids.add(message["messageId"])
        if message.get("event") == "Order Completed":
            properties = message["properties"]
            orders.add(properties["order_id"])
            customers.add(message["userId"])
            worth += sum(Decimal(str(each["price"])) * each["quantity"] for each in properties["products"])
    assert (len(orders), len(customers)) == (15_733, 4_067)
    assert worth.quantize(Decimal("0.01")) == Decimal("7526052.29")
    assert len(ids) == len(lines) == report.counts.messages
    largest = max(lines, key=len)
    assert len(largest) > limits.EVENT_BYTES  # a wholesale order is history that only /v1/import takes
    assert segment.event(limits.decode(largest), NOW, limit=limits.LARGE_EVENT_BYTES).name == "Order Completed"
