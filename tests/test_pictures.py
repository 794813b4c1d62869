"""The documentation's pictures are those of the flow and of the report that the README shows."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.pictures import IMAGES, PICTURES


def test_the_pictures_are_up_to_date_svg() -> None:
    for name, picture in PICTURES.items():
        assert (IMAGES / name).read_text() == picture(), "run `make docs`"
        assert ET.fromstring(picture()).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - made here
