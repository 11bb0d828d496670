"""Which addresses an email can be sent to, and in what form."""

import pytest

from mailwright.compose.address import sendable


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ("ann@example.com", "ann@example.com"),
        (" ann@example.com ", "ann@example.com"),
        ("Ann.O'Neil+shop@Example.COM", "Ann.O'Neil+shop@example.com"),
        ("a@exämple.com", "a@xn--exmple-cua.com"),
        ("a@b-c.example.co.uk", "a@b-c.example.co.uk"),
        ("1234567890@example.museum", "1234567890@example.museum"),
    ],
)
def test_addresses_people_have_can_be_sent_to(given: str, form: str) -> None:
    assert sendable(given) == form


@pytest.mark.parametrize(
    "given",
    [
        "", "@", "ann", "ann@", "@example.com", "ann@example", "ann@@example.com", "ann@exa mple.com", "a b@example.eu",
        "ann@example.com\r\nBcc: x@example.com", "ann@example.com\n", "ann\x00@example.com", "ann@example..com",
        ".ann@example.com", "ann.@example.com", "a..b@example.com", "ann@-example.com", "ann@example-.com",
        "ann@[127.0.0.1]", "ann@127.0.0.1", '"ann b"@example.com', "ann,bob@example.com", "ann@example.com,b@a.de",
        "<ann@example.com>", "Ann <ann@example.com>", "änn@example.com", "a" * 65 + "@a.com", "a@" + "b" * 64 + ".com",
        "a@" + "bc." * 90 + "com", "ann@exam_ple.com", "ann@example.c\u0000m", "mailto:ann@example.com;", "a@ex​ample。",
    ],
)  # fmt: skip
def test_what_is_none_is_refused(given: str) -> None:
    assert sendable(given) == ""
