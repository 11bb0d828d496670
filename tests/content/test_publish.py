"""A content folder is compiled whole or not at all; every mistake has its place and what was probably meant."""

from pathlib import Path

import pytest

from mailwright.content.findings import ContentInvalid, Finding
from mailwright.content.load import load
from mailwright.content.publish import compile_folder, examine
from mailwright.content.versions import write
from mailwright.model.content import Journey, Step
from mailwright.model.times import DAY, HOUR, MINUTE
from tests.content.folder import JOURNEY, SEGMENT, SHOP, folder


def findings(root: Path, files: dict[str, str]) -> list[Finding]:
    content, found = examine(folder(root, files))
    assert (content is None) == any(not finding.warning for finding in found)
    return found


def said(root: Path, files: dict[str, str]) -> list[str]:
    return [str(finding) for finding in findings(root, files)]


def test_a_folder_becomes_content_that_survives_its_file(tmp_path: Path) -> None:
    content = compile_folder(folder(tmp_path / "content"))
    assert (list(content.segments), list(content.journeys), list(content.offers)) == (["buyers"], ["plain"], ["gift"])
    write(content, tmp_path / "out" / "content.json")
    assert load(str(tmp_path / "out" / "content.json")) == content


def test_equal_sources_give_equal_bytes_and_any_change_another_version(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "a"), folder(tmp_path / "b")
    write(compile_folder(first), tmp_path / "a.json")
    write(compile_folder(second), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    (second / "segments" / "buyers.yaml").write_text(SEGMENT + "# a word\n")
    assert compile_folder(second).version != compile_folder(first).version


def test_one_mistake_publishes_nothing_and_every_mistake_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentInvalid) as invalid:
        compile_folder(folder(tmp_path, {"shop.yaml": "name: Shop\n", "segments/buyers.yaml": "wen: x\n"}))
    text = str(invalid.value)
    assert "shop.yaml:1:1: shop.yaml needs 'url'" in text
    assert "segments/buyers.yaml:1:1: a segment has no 'wen' (did you mean when?)" in text


def test_a_folder_that_is_not_there_or_not_content_says_what_to_do(tmp_path: Path) -> None:
    assert "mailwright init" in examine(tmp_path / "nope")[1][0].hint
    assert "mailwright init" in examine(tmp_path)[1][0].hint


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sender: nobody", "3:9: 'nobody' is no email address"),
        ("url: shop.example.com", "2:6: 'shop.example.com' is no web address"),
        ("currency: euro", "5:11: 'euro' is no currency code"),
        ("timezone: Berlin", "5:11: 'Berlin' is no time zone"),
        ("locale: English", "5:9: 'English' is no locale"),
        ("cap: lots", "5:6: cap is a whole number, not 'lots'"),
        ("cap: 0", "5:6: 0 is out of range"),
        ("cap: true", "5:6: cap is a whole number, not True"),
        ("replyto: a@b.example", "5:1: shop.yaml has no 'replyto' (did you mean reply_to?)"),
        ('name: "Shop\\r\\nBcc: x"', "1:7: name has a line break"),
    ],
)
def test_what_is_wrong_with_the_shop(tmp_path: Path, line: str, message: str) -> None:
    key = line.split(":")[0]
    lines = [line if old.startswith(f"{key}:") else old for old in SHOP.splitlines()]
    text = "\n".join(lines if line in lines else [*lines, line])
    (found,) = said(tmp_path, {"shop.yaml": text})
    assert found.startswith(f"shop.yaml:{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", " the file is empty"),
        ("- a\n", "1:1: a segment is a mapping (key: value), not a list"),
        ("a: [\n", "2:1: not valid YAML"),
        (SEGMENT.replace("orders >=", "order >="), "2:7: there is no column 'order' (did you mean orders"),
        (SEGMENT.replace("orders >= 1", "true"), "2:7: a rule is text, not True"),
        (SEGMENT.replace("{orders: 1}", "{ordres: 1}"), "3:18: there is no column 'ordres' (did you mean"),
        (SEGMENT.replace("{orders: 1}", "{orders: one}"), "3:26: orders is a number, not 'one'"),
        (SEGMENT.replace("{orders: 1}", "{orders: true}"), "3:26: orders is a number, not True"),
        (SEGMENT.replace("{orders: 1}", "{device: phone}"), "3:26: device is never 'phone' (known: desktop"),
        (SEGMENT.replace("{orders: 1}", "{persona: chef}"), "3:27: there is no persona 'chef'"),
        (SEGMENT.replace("{orders: 1}", "3"), "3:17: an example is a mapping of columns"),
        (SEGMENT.replace("{orders: 1}", ""), "3:16: examples needs a customer under 'in'"),
        (SEGMENT.replace("{orders: 1}", "{orders: 0}"), "3:17: this customer should be in but the rule says out"),
        (SEGMENT.replace("{orders: 1}", "{}"), "3:17: this customer should be in but the rule says unknown"),
        (SEGMENT.replace("{orders: 0}", "{orders: 2}"), "3:37: this customer should be out but the rule says in"),
        (SEGMENT.replace("orders >= 1", "segment('x')"), "2:7: segments ask for each other in a circle: x -> x"),
        (SEGMENT + "name: y\n", "4:7: the name is 'y' but the file is x.yaml"),
        (SEGMENT + "when: orders > 2\n", "4:1: 'when' is written twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_segment(tmp_path: Path, text: str, message: str) -> None:
    found = said(tmp_path, {"segments/x.yaml": text})
    assert any(one.startswith(f"segments/x.yaml:{message}".replace("::", ":")) for one in found), found


def test_segments_that_ask_for_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    def asks(name: str) -> str:
        return SEGMENT.replace("orders >= 1", f"orders >= 1 AND segment('{name}')").replace(
            "{orders: 1}", f"{{orders: 1, segments: [{name}]}}"
        )

    (found,) = said(
        tmp_path, {"segments/a.yaml": asks("b"), "segments/b.yaml": asks("c"), "segments/c.yaml": asks("a")}
    )
    assert "in a circle: a -> b -> c -> a" in found


def test_a_segment_whose_file_cannot_be_read_is_still_known_by_name(tmp_path: Path) -> None:
    asking = SEGMENT.replace("orders >= 1", "segment('broken')").replace("{orders: 1}", "{segments: broken}")
    (found,) = said(tmp_path, {"segments/broken.yaml": "a: [\n", "segments/x.yaml": asking})
    assert found.startswith("segments/broken.yaml")


def journey(root: Path, text: str) -> Journey:
    return compile_folder(folder(root, {"journeys/x.yaml": text})).journeys["x"]


def test_nested_steps_are_laid_out_flat_and_lead_on_to_what_follows(tmp_path: Path) -> None:
    steps = journey(
        tmp_path,
        """\
        description: All there is
        enter: {on: [Product Added, completed order], segment: buyers, when: orders > 0, again: 1d 12h, debounce: true}
        exit: {on: Order Cancelled, left: buyers, when: orders > 9}
        steps:
          - wait: {for: 1h, until: "09:00"}
          - if: orders > 2
            id: worth
            then:
              - send: hello
                subject: Hello {{ shop.name }}
                offers: gift
                when: orders > 3
              - wait: 15m
          - split:
              - {branch: a, weight: 1, steps: [{send: hello}]}
              - {branch: b, weight: 3}
          - id: last
            send: hello
        """,
    )
    assert steps.first == "1.wait"
    assert steps.enter_on == ["Product Added", "Order Completed", "segment:buyers"]
    assert steps.exit_on == ["Order Cancelled", "left:buyers"]
    assert (steps.again, steps.rearm, steps.enter_sql) == (36 * HOUR, True, "orders > 0")
    flat = steps.steps
    assert (flat["1.wait"].wait, flat["1.wait"].until, flat["1.wait"].next) == (HOUR, "09:00", "worth")
    assert (flat["worth"].next, flat["worth"].otherwise, flat["worth"].sql) == (
        "worth.then.1.send",
        "3.split",
        "orders > 2",
    )
    assert flat["worth.then.1.send"].offers == ["gift"]
    assert flat["worth.then.2.wait"] == Step("worth.then.2.wait", "wait", "3.split", 15 * MINUTE)
    assert flat["3.split"].branches == [("a", 1, "3.split.a.1.send"), ("b", 3, "last")]
    assert flat["last"].next == ""


def test_re_entry_is_never_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    assert journey(tmp_path, JOURNEY).again is None
    assert journey(tmp_path, JOURNEY.replace("Added}", "Added, again: always}")).again == 0
    assert journey(tmp_path, JOURNEY.replace("Added}", "Added, again: 7d}")).again == 7 * DAY


WRONG_JOURNEYS = [
    ("enter: {on: Product Added}", "entr: {on: Product Added}", "2:1: a journey has no 'entr' (did you mean enter?)"),
    ("Added}", "Added, debounce: yes}", "2:38: debounce is true or false, not 'yes'"),
    ("Added}", "Added, debounce: true}", "2:38: debounce starts the first wait anew, but the first step is no wait"),
    ("Added}", "Added, again: soon}", "2:35: 'soon' is not a duration"),
    ("on: Product Added", "when: orders > 1", "2:8: nothing makes a customer enter"),
    ("on: Product Added", "on: []", "2:13: on is text, or a list of texts, not an empty list"),
    ("on: Product Added", "on: Email Sent", "2:13: profiles never see 'Email Sent'"),
    ("on: Product Added", "segment: byers", "2:18: there is no segment 'byers' (did you mean buyers?)"),
    ("steps:", "exit: {on: Added Product}\nsteps:", "3:12: 'Product Added' makes customers enter and leave at once"),
    ("steps:", "exit: {left: byers}\nsteps:", "3:14: there is no segment 'byers'"),
    ("steps:", "exit: {when: ordres > 1}\nsteps:", "3:14: there is no column 'ordres' (did you mean orders?)"),
    ("steps:", "class: urgent\nsteps:", "3:8: there is no class 'urgent'"),
    ("steps:", "class: transactional\nsteps:", "4:16: template 'hello' is not transactional"),
    ("[{send: hello}]", "[]", "3:8: a journey has at least one step"),
    ("[{send: hello}]", "hello", "3:8: steps is a list (- ...), not 'hello'"),
    ("{send: hello}", "hello", "3:9: a step is a mapping, not 'hello'"),
    ("{send: hello}", "{sent: hello}", "3:9: no step has sent (did you mean send?)"),
    ("{send: hello}", "{send: hello, wait: 1h}", "3:9: a step does one thing, this has wait and send"),
    ("{send: hello}", "{send: helo}", "3:16: there is no template 'helo' (did you mean hello?)"),
    ("{send: hello}", "{send: hello, offers: [gifts]}", "3:32: there is no offer 'gifts' (did you mean gift?)"),
    ("{send: hello}", "{send: hello, offer: gift}", "3:23: a send step has no 'offer' (did you mean offers?)"),
    ("{send: hello}", "{send: hello, when: ordres > 1}", "3:29: there is no column 'ordres'"),
    ("{send: hello}", "{send: hello, subject: '{{ shop.nam }}'}", "3:41: shop has no 'nam'"),
    ("{send: hello}", "{wait: 1h}", "3:8: the journey sends nothing"),
    ("{send: hello}", "{wait: 1 hour}, {send: hello}", "3:16: '1 hour' is not a duration"),
    ("{send: hello}", "{wait: 0s}, {send: hello}", "3:16: 0s is out of range"),
    ("{send: hello}", "{wait: 400d}, {send: hello}", "3:16: 400d is out of range"),
    ("{send: hello}", "{wait: 5}, {send: hello}", "3:16: 5 is not a duration"),
    ("{send: hello}", "{wait: {until: '9am'}}, {send: hello}", "3:24: '9am' is no time of day"),
    ("{send: hello}", "{wait: {for: 1d}}, {send: hello}", "3:16: wait needs 'until'"),
    ("{send: hello}", "{id: a, send: hello}, {id: a, send: hello}", "3:14: there are two steps 'a'"),
    ("{send: hello}", "{id: 'a b', send: hello}", "3:14: 'a b' is no id"),
    ("{send: hello}", "{if: orders > 1}", "3:9: an if step needs 'then'"),
    ("{send: hello}", "{split: [{branch: a, weight: 1, steps: [{send: hello}]}]}", "3:17: a split has two branches"),
    (
        "{send: hello}",
        "{split: [{branch: a, weight: 0}, {branch: a, weight: -1}]}",
        "3:51: 'a' is no name for a branch",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG_JOURNEYS, ids=[wrong[1] for wrong in WRONG_JOURNEYS])
def test_what_is_wrong_with_a_journey(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = said(tmp_path, {"journeys/x.yaml": JOURNEY.replace(old, new)})
    assert any(one.startswith(f"journeys/x.yaml:{message}") for one in found), found


def test_an_event_of_the_shops_own_is_a_warning_with_the_nearest_known_name(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, {"journeys/x.yaml": JOURNEY.replace("Product Added", "Prodcut Addd")})
    assert found.warning
    assert (found.line, found.column, found.hint) == (2, 13, "did you mean Product Added?")


def test_a_journey_of_hundreds_of_steps_or_of_deep_nesting_is_refused(tmp_path: Path) -> None:
    long = JOURNEY.replace("{send: hello}", ", ".join(["{send: hello}"] * 101))
    assert any("101 steps, 100 are the most" in one for one in said(tmp_path / "a", {"journeys/x.yaml": long}))
    deep = "{send: hello}"
    for _ in range(10):
        deep = "{if: orders > 1, then: [" + deep + "]}"
    found = said(tmp_path / "b", {"journeys/x.yaml": JOURNEY.replace("{send: hello}", deep)})
    assert any("nested more than 8 deep" in one for one in found)


CAMPAIGN = "description: x\nsegment: buyers\ntemplate: hello\nat: 2026-11-27T09:00:00Z\n"


@pytest.mark.parametrize("at", ["2026-11-27T09:00:00Z", "0 9 * * 1", "*/15 8-18 1,15 * *", "2026-11-27"])
def test_a_campaign_goes_out_at_an_instant_or_by_cron(tmp_path: Path, at: str) -> None:
    text = CAMPAIGN.replace("2026-11-27T09:00:00Z", f"'{at}'")
    assert compile_folder(folder(tmp_path, {"campaigns/x.yaml": text})).campaigns["x"].at == at


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("buyers", "byers", "2:10: there is no segment 'byers' (did you mean buyers?)"),
        ("hello", "helo", "3:11: there is no template 'helo' (did you mean hello?)"),
        ("hello", "receipt", "3:11: template 'receipt' is not marketing"),
        ("2026-11-27T09:00:00Z", "tomorrow", "4:5: 'tomorrow' is neither an instant nor a cron line"),
        ("2026-11-27T09:00:00Z", "61 9 * * *", "4:5: '61' is no minute"),
        ("2026-11-27T09:00:00Z", "0 9 30 2 *", "4:5: '0 9 30 2 *' never comes"),
        ("2026-11-27T09:00:00Z", "0 9 * * mon", "4:5: 'mon' is no weekday"),
    ],
)
def test_what_is_wrong_with_a_campaign(tmp_path: Path, old: str, new: str, message: str) -> None:
    (found,) = said(tmp_path, {"campaigns/x.yaml": CAMPAIGN.replace(old, new)})
    assert found.startswith(f"campaigns/x.yaml:{message}")


def test_files_that_nobody_would_read_are_pointed_out(tmp_path: Path) -> None:
    found = findings(tmp_path, {"segment/x.yaml": "", "segments/y.yml": "", "shops.yaml": ""})
    assert {finding.file: finding.hint for finding in found if finding.warning} == {
        "segment": "did you mean segments?",
        "segments/y.yml": "its name ends in .yaml",
        "shops.yaml": "shop.yaml, or one of the folders",
    }


@pytest.mark.parametrize(
    "text",
    ["\x00", "a: *b", "a: &x [*x]", "? [a]\n: b", "[" * 2000, "!!python/object:os.system {}", "1: 2\n", "a: \x07"],
)
def test_hostile_yaml_is_a_finding_never_a_traceback(tmp_path: Path, text: str) -> None:
    for name in ("shop.yaml", "segments/x.yaml", "journeys/x.yaml", "campaigns/x.yaml"):
        assert findings(tmp_path, {name: text})


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "segments" / "x.yaml").mkdir()
    (tmp_path / "journeys" / "plain.yaml").write_bytes(b"description: \xff\n")
    assert [str(finding) for finding in examine(tmp_path)[1]] == [
        "journeys/plain.yaml: not UTF-8 text at byte 13",
        "segments/x.yaml: cannot be read: Is a directory",
    ]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    text = "\ufeff" + SEGMENT.replace("orders >=", "order >=").replace("\n", "\r\n")
    folder(tmp_path)
    (tmp_path / "segments" / "x.yaml").write_bytes(text.encode())
    (found,) = examine(tmp_path)[1]
    assert str(found).startswith("segments/x.yaml:2:7: there is no column 'order'")
