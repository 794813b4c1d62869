"""How values get into script and wrapper: by terraform's quoting, as they are, and evaluated by no shell."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.script.rendering import PLACEHOLDERS, SHELL_PARTS, STARTUP, VARIABLES, Rendered, Renderer
from tests.script.workspace import SHELLS, program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.script.conftest import Certificates

# Instead of the startup script: what the variables contain, and what the prologue leaves behind.
PROBE = (
    "".join(f'printf "%s\\0" "${name}"\n' for name in sorted(VARIABLES))
    + "export -p | while read -r name; do case $name in *_URL=*|*_TOKEN=*|*_PATH=*|*_PEM=*) echo $name >&2; esac; done"
)

ATTACKS = (
    *("'", "''", "'\\''", "';touch pwned;'", "$(touch pwned)", "`touch pwned`", '"$(touch pwned)"', "\\", "\\\\'"),
    *("${HOME}", "%{ if true }x%{ endif }", "$${HOME}", "!!", "\nEOF\ntouch pwned\n", "a\r\nb\n\n", "\x01\x02\x7f"),
    *("naïve 日本", "-n", "*", "&"),
)

# NUL fits into no argument, and terraform composes characters (NFC).
any_text = st.text(st.characters(codec="utf-8", exclude_characters="\0")).filter(
    lambda text: unicodedata.is_normalized("NFC", text)
)
hostile_text = st.one_of(any_text, st.lists(st.sampled_from(ATTACKS)).map("".join))
script_values = st.fixed_dictionaries(dict.fromkeys(VARIABLES, hostile_text))


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    """Prepare terraform, with the probe in the place of the startup script."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not on PATH")
    others = [part for part in SHELL_PARTS if part != "check/environment.sh"]
    return Renderer(tmp_path_factory.mktemp("probe"), dict.fromkeys(others, "") | {STARTUP[0]: PROBE})


def assert_values_arrive(batch: Sequence[dict[str, str]], renderer: Renderer, directory: Path) -> None:
    """Render a batch and run it under each shell."""
    directory.mkdir(exist_ok=True)
    environment = {"PATH": str(directory), "SHELLOPTS": "xtrace:allexport"} | dict.fromkeys(VARIABLES, "wrong")
    for values, texts in zip(batch, renderer.render(batch), strict=True):
        for name, arguments in SHELLS.items():
            command = [program(name), *arguments[1:], "-c", texts.script]
            done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, check=False)
            assert done.stdout.decode().split("\0")[:-1] == [values[variable] for variable in sorted(VARIABLES)]
            assert done.stderr == b""
            assert done.returncode == 0
    assert list(directory.iterdir()) == []


def test_any_value_reaches_the_script_exactly(renderer: Renderer, certificates: Certificates, tmp_path: Path) -> None:
    # One example is a batch, because terraform takes half a second for one value or a hundred.
    @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(script_values, min_size=25, max_size=25))
    def check(batch: list[dict[str, str]]) -> None:
        assert_values_arrive(batch, renderer, tmp_path / "empty")

    check()
    texts = [*ATTACKS, certificates.proxy.pem * 16]
    assert_values_arrive([dict.fromkeys(VARIABLES, text) for text in texts], renderer, tmp_path / "empty")


def test_any_value_reaches_the_wrapper_byte_for_byte(tmp_path: Path) -> None:
    renderer = Renderer(tmp_path / "render", {"wrapper.sh": 'printf "%s\\0" "$VALUE" "$@"; exit\n'})
    arrived = ["".join(ATTACKS), *ATTACKS[:2], "argument"]
    paths = dict(zip(("CERT_PATH", "CA_BUNDLE_PATH"), ATTACKS, strict=False))
    (texts,) = renderer.render([dict.fromkeys(VARIABLES, "") | paths], {"VALUE": arrived[0]})
    for name, arguments in SHELLS.items():
        command = [program(name), *arguments[1:], "-c", texts.wrapper, "wrapper", "argument"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        assert (done.stdout.decode().split("\0")[:-1], done.stderr) == (arrived, b"")


def test_line_ends_of_windows_in_the_module_make_no_difference(rendered: Rendered, tmp_path: Path) -> None:
    # A git that checks out on Windows can put them there.
    assert Renderer(tmp_path, line_end="\r\n").render([PLACEHOLDERS]) == [rendered]
