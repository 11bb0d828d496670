"""Drawn stand-ins for a shop's pictures, and the sample emails that pictures are made of."""

import re
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local.pictures import main, sample_html
from local.placeholders import drawing, with_pictures
from mailwright.content.publish import compile_folder

CONTENT = Path(__file__).parents[2] / "layers" / "content"


def test_every_picture_on_the_web_becomes_a_drawing_and_nothing_else_changes() -> None:
    html = '<a href="https://x.example.com/p"><img width="8" src="https://x.example.com/mug.jpg" alt="Mug" /></a>'
    drawn = with_pictures(html)
    assert re.sub(r"data:image/svg\+xml;base64,[\w+/=]+", "https://x.example.com/mug.jpg", drawn) == html
    assert drawn != html


@pytest.mark.parametrize("address", ["https://x/mug.jpg", "https://x/1", 'https://x/"><script>', "https://x/lamp"])
def test_a_drawing_is_an_svg_of_its_address_alone(address: str) -> None:
    svg = b64decode(drawing(address).partition(",")[2])
    assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own
    assert b"script" not in svg
    assert drawing(address) == drawing(address)


def test_every_template_shows_the_sample_customer_something() -> None:
    content = compile_folder(CONTENT)
    for name in content.templates:
        html = sample_html(content, name, list(content.offers))
        assert "Hi Ann," in html
        assert "SHIPFREE" in html


def test_a_template_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--content", str(CONTENT), "wellcome"])
    assert left.value.code == 2
    assert "no template 'wellcome'" in capsys.readouterr().err
