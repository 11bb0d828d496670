"""Sealed customer ids: they open again, for their purpose only, and cannot be made up."""

import base64
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.compose.tokens import open_sealed, seal


def key(number: int) -> str:
    return base64.b64encode(random.Random(number).randbytes(64)).decode()


KEYS = {"current": "a", "a": key(1)}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.text(min_size=1, max_size=120))
def test_a_token_opens_to_the_id_it_was_made_of(customer_id: str) -> None:
    token = seal(KEYS, "unsubscribe", customer_id)
    assert open_sealed(KEYS, "unsubscribe", token) == customer_id
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


def test_the_same_id_gives_the_same_token_and_does_not_show() -> None:
    token = seal(KEYS, "unsubscribe", "ann@example.com")
    assert token == seal(KEYS, "unsubscribe", "ann@example.com")
    assert "ann" not in token
    assert token[0] == "a"


def test_a_token_for_one_purpose_does_not_open_for_another() -> None:
    assert open_sealed(KEYS, "unsubscribe", seal(KEYS, "feedback", "ann")) is None


def test_old_keys_open_old_links_and_new_ones_seal() -> None:
    rotated = {"current": "b", "a": KEYS["a"], "b": key(2)}
    assert open_sealed(rotated, "unsubscribe", seal(KEYS, "unsubscribe", "ann")) == "ann"
    assert seal(rotated, "unsubscribe", "ann")[0] == "b"
    assert open_sealed(KEYS, "unsubscribe", seal(rotated, "unsubscribe", "ann")) is None


def test_no_forged_token_opens() -> None:
    token, draw, opened = seal(KEYS, "unsubscribe", "ann"), random.Random(3), 0
    for _ in range(20_000):
        place = draw.randrange(len(token))
        forged = token[:place] + draw.choice(LETTERS.replace(token[place], "")) + token[place + 1 :]
        opened += open_sealed(KEYS, "unsubscribe", forged) is not None
        made_up = "a" + "".join(draw.choices(LETTERS, k=draw.randrange(60)))
        opened += open_sealed(KEYS, "unsubscribe", made_up) is not None
    assert opened == 0


@pytest.mark.parametrize(
    "token", ["", "a", "aa", "a=", "a====", "é", "a\n", "current", "c" * 40, "a" * 1_000_000, "a b"]
)
def test_anything_else_is_no_token_either(token: str) -> None:
    assert open_sealed(KEYS, "unsubscribe", token) is None


def test_a_secret_with_a_name_of_two_letters_is_refused_before_a_link_goes_out() -> None:
    with pytest.raises(ValueError, match="one letter or digit"):
        seal({"current": "ab", "ab": key(1)}, "unsubscribe", "ann")
