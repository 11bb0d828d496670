"""The bytes for SES: what is put in comes out of any mail program, and nothing else does."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.compose.mime import mime
from mailwright.compose.render import Rendered
from mailwright.model.problem import Problem

AT = 1_795_000_000_123
RENDERED = Rendered("Your basket, Zoë", "pre", "<p>Hallo Zoë</p>\n<p>£12</p>", "Hallo Zoë\n.\nFrom here\n")
OURS = ["From", "To", "Reply-To", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version",
        "Content-Type"]  # fmt: skip


def made(rendered: Rendered = RENDERED, **other: object) -> bytes:
    arguments: dict[str, object] = {
        "sender": "Pots & Pans <hello@shop.example.com>",
        "reply_to": "care@shop.example.com",
        "to": "zoe@example.com",
        "unsubscribe_url": "https://news.example.com/u/aTOKEN",
        "at": AT,
        "boundary_seed": "0123456789abcdef",
        "headers": {},
    }
    return mime(rendered, **{**arguments, **other})  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(raw, policy=policy.default))


def test_both_parts_and_every_header_come_back() -> None:
    message = read(made())
    assert list(message.keys()) == OURS
    assert message["From"] == "Pots & Pans <hello@shop.example.com>"
    assert message["Subject"] == "Your basket, Zoë"
    assert message["Date"] == "Wed, 18 Nov 2026 11:06:40 +0000"
    assert message["List-Unsubscribe"] == "<https://news.example.com/u/aTOKEN>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"] is None
    assert message.get_content_type() == "multipart/alternative"
    plain, page = message.iter_parts()
    assert cast(EmailMessage, plain).get_content().replace("\r\n", "\n") == RENDERED.text
    assert cast(EmailMessage, page).get_content().replace("\r\n", "\n") == RENDERED.html
    assert not message.defects


def test_the_same_input_gives_the_same_bytes() -> None:
    assert made() == made()
    assert made() != made(boundary_seed="1")


def test_lines_are_crlf_ascii_and_short() -> None:
    raw = made(Rendered("é" * 150, "", "<p>" + "x" * 5_000 + "é" * 999 + "</p>", "y" * 3_000))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert read(raw)["Subject"] == "é" * 150


def test_names_in_any_script_are_encoded() -> None:
    message = read(made(sender='"Müller, Töpfe" <hello@shop.example.com>', to="zoe@exämple.com"))
    assert message["From"].addresses[0].display_name == "Müller, Töpfe"
    assert message["To"] == "zoe@xn--exmple-cua.com"


def test_a_receipt_has_no_one_click_header() -> None:
    message = read(made(unsubscribe_url="", reply_to=""))
    assert list(message.keys()) == [name for name in OURS if "Unsub" not in name and name != "Reply-To"]


@pytest.mark.parametrize(
    "other",
    [
        {"to": "zoe@example.com\r\nBcc: eve@example.com"},
        {"to": "zoe@example.com, eve@example.com"},
        {"to": "zoe"},
        {"sender": "Pots\r\nBcc: eve@example.com <hello@shop.example.com>"},
        {"sender": "Pots"},
        {"reply_to": "x@example.com\nX: y"},
        {"rendered": Rendered("a\r\nBcc: eve@example.com", "", "", "")},
        {"rendered": Rendered("a\x00b", "", "", "")},
        {"rendered": Rendered("a\x85b", "", "", "")},
        {"unsubscribe_url": "http://news.example.com/u/a"},
        {"unsubscribe_url": "https://news.example.com/u/a>\r\nBcc: eve@example.com"},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"headers": {"X-A": "b\r\nBcc: eve@example.com"}},
        {"headers": {"X-A\r\nBcc": "eve@example.com"}},
        {"headers": {"X-A:": "b"}},
        {"headers": {"Bcc": "eve@example.com"}},
        {"headers": {"subject": "again"}},
        {"headers": {"Content-Type": "text/plain"}},
        {"headers": {"X-A": "ü"}},
    ],
)
def test_what_could_become_a_header_of_its_own_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(Problem) as problem:
        made(**other)  # type: ignore[arg-type]
    assert problem.value.code in ("header", "address")


TEXT = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\r\n\0\v\f\x1c\x85\u2028:<>,;\"'@=?")), max_size=60)


@given(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)
def test_no_text_ever_adds_a_header(name: str, to: str, subject: str, html: str, text: str, extra: str) -> None:
    try:
        raw = made(
            Rendered(subject, "", html, text),
            sender=f"{name} <hello@shop.example.com>",
            to=f"{to}@example.com" if to else "zoe@example.com",
            headers={"Feedback-ID": extra},
        )
    except Problem:
        return
    message = read(raw)
    assert sorted(message.keys()) == sorted([*OURS, "Feedback-ID"])
    assert [len(list(part.keys())) for part in message.iter_parts()] == [2, 2]
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=400))
def test_any_body_comes_back_unchanged(body: str) -> None:
    part = next(read(made(Rendered("s", "", "x", body))).iter_parts())
    assert cast(bytes, part.get_payload(decode=True)).decode().replace("\r\n", "\n") == body
