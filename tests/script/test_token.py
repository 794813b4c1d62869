"""Where the token can be seen: in the request, and nowhere else."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Answer
from tests.harness.raw_server import RawServer, says
from tests.script.workspace import TOOLS, program

if TYPE_CHECKING:
    from tests.harness.deployment import Deployment
    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

# Every printable ASCII character but the single quote, whose way into the script is tested with the other values.
PRINTABLE = "".join(sorted(set(string.printable) - set(string.whitespace) - {"'"}))


def test_no_program_has_the_token_among_its_arguments(workspace: Workspace) -> None:
    record = workspace.notes / "record"
    for tool in TOOLS:
        if (workspace.bin / tool).is_symlink():
            of_busybox = (workspace.bin / tool).resolve().name == "busybox"
            real = f"{program('busybox')} {tool}" if of_busybox else program(tool)
            workspace.stub(tool, f"printf '%s\\n' {tool} \"$@\" >>'{record}'\nexec {real} \"$@\"")
    workspace.note("coder")
    workspace.save_wrapper_at(workspace.home / "aibridge")
    assert workspace.run().status == 0
    assert TOKEN in workspace.wrapper_path.read_text()
    recorded = [*record.read_text().splitlines(), *workspace.noted("coder")]
    assert {"curl", "openssl", "awk", "mv"} <= set(recorded)
    assert not [line for line in recorded if TOKEN in line]


@pytest.mark.parametrize(
    ("status", "body"), [(200, "certificate"), (200, TOKEN), (302, TOKEN), (401, TOKEN), (503, TOKEN)]
)
def test_the_token_is_in_no_output_and_in_no_file(
    workspace: Workspace, deployment: Deployment, certificates: Certificates, status: int, body: str
) -> None:
    # Whatever comes of it, and even if the server repeats what it was sent.
    text = body.replace("certificate", certificates.proxy.pem)
    deployment.serve(Answer(status, text.encode(), {"X-Token": TOKEN, "Location": f"http://127.0.0.1:1/{TOKEN}"}))
    run = workspace.run()
    assert (run.status == 0) == (body != TOKEN)
    files = [path for path in workspace.home.parent.rglob("*") if path.is_file() and not path.is_symlink()]
    texts = [run.stdout, run.stderr, *(file.read_text(errors="replace") for file in files)]
    assert not [text for text in texts if TOKEN in text]


def test_the_token_is_in_no_warning_if_the_proxy_knows_it(workspace: Workspace) -> None:
    head = f'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="{TOKEN}"\r\n\r\n'
    with RawServer(says(head.encode())) as proxy:
        workspace.values["PROXY_URL"] = proxy.url
        run = workspace.run()
    assert (run.status, 'asks for credentials for "***"' in run.stderr, TOKEN in run.stderr) == (0, True, False)


def test_a_token_that_is_none_makes_no_request(earlier: Workspace, deployment: Deployment) -> None:
    # A line end in a header would begin another header.
    for character in ("\x01", "\t", "\n", "\r", "\x1b", "\x1f", "\x7f"):
        earlier.values["SESSION_TOKEN"] = f"{TOKEN}{character}X-Injected: yes"
        assert "the session token contains control characters" in earlier.run().failure
    for token in ("", " "):
        earlier.values["SESSION_TOKEN"] = token
        assert "no session token" in earlier.run().failure
    assert deployment.asked == []


def test_any_other_token_reaches_the_deployment_as_it_is(workspace: Workspace, deployment: Deployment) -> None:
    for token in (PRINTABLE, 'a"b\\c', '\\"', "\\", "%41+%2B", "{a,b}[1-3]", "@/etc/passwd", "#", "naïve-日本"):
        workspace.values["SESSION_TOKEN"] = token
        # HTTP knows no UTF-8 in headers; werkzeug takes the bytes for Latin-1.
        deployment.token = token.encode().decode("latin-1")
        assert workspace.run().status == 0
