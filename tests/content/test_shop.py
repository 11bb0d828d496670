"""shop.yaml's numbers: the edges of RFM and prices, and what is wrong with them."""

from pathlib import Path

import pytest

from mailwright.content.document import read
from mailwright.content.shop import read_shop
from mailwright.model.scale import STANDARD

SHOP = """name: Shop
url: https://shop.example.com
sender: Shop <hello@shop.example.com>
address: 1 Street
"""


def shop(folder: Path, more: str) -> tuple[object, list[str]]:
    path = folder / "shop.yaml"
    path.write_text(SHOP + more)
    document, wrong = read(path, folder)
    assert document is not None
    assert not wrong
    made, findings = read_shop(document)
    return made and made.scale, [finding.message for finding in findings]


def test_a_shop_that_says_nothing_has_the_standard_edges(tmp_path: Path) -> None:
    assert shop(tmp_path, "") == (STANDARD, [])


def test_a_shop_may_give_some_of_them(tmp_path: Path) -> None:
    scale, findings = shop(tmp_path, "rfm: {monetary: [100, 200.5, 300, 400]}\nprice_bands: [5, 10]\n")
    assert findings == []
    assert scale == STANDARD.__class__(monetary=(100, 200.5, 300, 400), price=(5, 10))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("rfm: {recency: [30, 90]}\n", "recency is not 4 rising numbers above 0"),
        ("rfm: {frequency: [1, 1, 2, 3]}\n", "frequency is not 4 rising numbers above 0"),
        ("rfm: {monetary: [0, 1, 2, 3]}\n", "monetary is not 4 rising numbers above 0"),
        ("rfm: {monetary: [1, 2, 3, .inf]}\n", "monetary is not 4 rising numbers above 0"),
        ("rfm: {recency: [1, 2, 3, '4']}\n", "recency is not 4 rising numbers above 0"),
        ("rfm: {recent: [1, 2, 3, 4]}\n", "rfm has no 'recent'"),
        ("price_bands: [60, 20]\n", "price_bands is not 2 rising numbers above 0"),
    ],
)
def test_edges_that_are_none_are_named(tmp_path: Path, more: str, message: str) -> None:
    assert shop(tmp_path, more) == (None, [message])
