"""Streams, variables and directories as no one would wish them: the answer is the same, or the refusal clean."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import PROGRAM, ROOT
from tests.harness.certificates import make_certificate
from tests.harness.program import ENVIRONMENT, SECONDS, Ran, run
from tests.harness.promises import ANSWERED, REFUSED, WRONG_USAGE, answered, assert_clean_message, assert_promises_kept

# What loads the rarer parts too: international names, address ranges, certificates.
GOOD = json.dumps(
    {
        "proxy_url": "http://b\u00fccher.example",
        "no_proxy": "10.0.0.0/8",
        "ca_cert_pem": make_certificate("old", to_day=-1).pem,
    },
    ensure_ascii=False,
).encode()
BAD = '{"proxy_url": "\u00e4", "cert_path": "\u00e4", "\u00e4": 1, "ca_cert_pem": "\u00e4"}'.encode()


def run_in_shell(command: str, data: bytes = GOOD, *, cwd: Path | None = None) -> Ran:
    """Run a command of the shell, in which $0 is the program; for what only a shell does to a process."""
    return run(data, cwd=cwd, launcher=("sh", "-c", command))


@pytest.fixture(scope="module")
def expected() -> tuple[Ran, Ran]:
    """The answer and the refusal of an ordinary process."""
    answer, refusal = run(GOOD), run(BAD)
    assert len(json.loads(answered(answer)["warnings"])) == 2
    assert_promises_kept(answer)
    assert_promises_kept(refusal)
    return answer, refusal


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_any_standard_streams_can_be_closed(closed: str) -> None:
    ran = run_in_shell(f'exec "$0" {closed}')
    if closed == "2>&-":
        answered(ran)
    else:
        assert (ran.status, ran.stdout) == (REFUSED, b"")
        assert (ran.stderr == b"") == ("2>&-" in closed)
        assert_clean_message(ran.stderr or b"tf-helper: error: \n")


def output(kind: str, at_the_end: ExitStack) -> int:
    """Return where to write: a pipe to the test, a full device, or a pipe without a reader."""
    if kind == "pipe":
        return subprocess.PIPE
    if kind == "full":
        return at_the_end.enter_context(Path("/dev/full").open("wb")).fileno()
    reader, writer = os.pipe()
    os.close(reader)
    at_the_end.callback(os.close, writer)
    return writer


@pytest.mark.parametrize("data", [GOOD, BAD], ids=["good", "bad"])
@pytest.mark.parametrize("stdout", ["pipe", "full", "broken"])
@pytest.mark.parametrize("stderr", ["pipe", "full", "broken"])
def test_full_and_broken_outputs_make_no_other_exit_status(data: bytes, stdout: str, stderr: str) -> None:
    with ExitStack() as at_the_end:
        done = subprocess.run(
            [PROGRAM],
            input=data,
            stdout=output(stdout, at_the_end),
            stderr=output(stderr, at_the_end),
            env=ENVIRONMENT,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == (ANSWERED if data == GOOD and stdout == "pipe" else REFUSED)
    assert bool(done.stdout) == (done.returncode == ANSWERED)
    if stderr == "pipe" and done.returncode == REFUSED:
        assert_clean_message(done.stderr)


def test_pipes_that_do_not_block_are_waited_for() -> None:
    stdin, to_program = os.pipe()
    from_program, stdout = os.pipe()
    for end in (stdin, stdout):
        os.set_blocking(end, False)
    # Longer than a pipe holds, so that the program has to wait for room as well.
    query = json.dumps({"proxy_url": "https://h", "agent_id": "x" * 200_000}).encode()
    with subprocess.Popen([PROGRAM], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
        os.close(stdin)
        os.close(stdout)
        with os.fdopen(to_program, "wb") as writer:
            writer.write(query)
        with os.fdopen(from_program, "rb") as reader:
            answer = reader.read()
        assert process.stderr
        assert answered(Ran(process.wait(SECONDS), answer, process.stderr.read()))["agent_id"] == "x" * 200_000


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_that_cannot_be_written_is_an_error(argument: str) -> None:
    ran = run_in_shell(f'exec "$0" {argument} >/dev/full')
    assert ran.status == REFUSED
    assert_clean_message(ran.stderr)


def test_wrong_usage_is_the_same_without_anybody_to_tell() -> None:
    assert run_in_shell('exec "$0" --unknown 2>/dev/full') == Ran(WRONG_USAGE, b"", b"")


@pytest.mark.parametrize("argument", ["--\x1b[31mred", "--caf\u00e9", "--two\nlines", "--token=hunter2", "hunter2"])
def test_wrong_arguments_are_not_repeated_raw(argument: str) -> None:
    ran = run(b"", argument)
    assert (ran.status, ran.stdout) == (WRONG_USAGE, b"")
    assert b"hunter2" not in ran.stderr
    assert ran.stderr.isascii()
    assert ran.stderr.decode().replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "variables",
    [
        "LC_ALL=C PYTHONCOERCECLOCALE=0",
        "LC_ALL=tr_TR.ISO-8859-9 LANG=nonsense",
        "PYTHONUTF8=0 LC_ALL=POSIX",
        "PYTHONIOENCODING=utf-16",
        "PYTHONIOENCODING=cp037",
        "PYTHONIOENCODING=utf-8-sig:strict",
        "FORCE_COLOR=1 CLICOLOR_FORCE=1 PY_COLORS=1 PYTHON_COLORS=1 TERM=xterm-256color",
        "PYTHONWARNINGS=always",
        "PYTHONWARNINGS=error PYTHONWARNDEFAULTENCODING=1",
        "PYTHONDEVMODE=1 PYTHONTRACEMALLOC=1",
        "PYTHONOPTIMIZE=2",
        "PYTHONHASHSEED=1",
        "PYTHONUNBUFFERED=1",
        "HOME= USER= LOGNAME= TMPDIR=/missing TZ=nonsense COLUMNS=1",
        "OPENSSL_CONF=/missing SSL_CERT_FILE=/missing SSL_CERT_DIR=/missing SSLKEYLOGFILE=/missing/keys",
        "http_proxy=nonsense HTTPS_PROXY=\x1b NO_PROXY=* REQUESTS_CA_BUNDLE=/missing",
        "TF_HELPER_DEBUG=1",
    ],
)
def test_no_variable_changes_the_answer_or_the_refusal(variables: str, expected: tuple[Ran, Ran]) -> None:
    env = dict(variable.split("=", 1) for variable in variables.split())
    assert (run(GOOD, env=env), run(BAD, env=env)) == expected


def test_another_hash_seed_gives_the_same_bytes(expected: tuple[Ran, Ran]) -> None:
    assert {run(GOOD, env={"PYTHONHASHSEED": seed}).stdout for seed in "023"} == {expected[0].stdout}


@pytest.mark.parametrize("program", ['"$0"', f'"{sys.executable}" -m tf_helper'])
def test_a_working_directory_that_is_gone_does_not_matter(
    program: str, tmp_path: Path, expected: tuple[Ran, Ran]
) -> None:
    for data, ran in zip((GOOD, BAD), expected, strict=True):
        (tmp_path / "gone").mkdir()
        assert run_in_shell(f"cd gone && rmdir ../gone && exec {program}", data, cwd=tmp_path) == ran


def test_nothing_is_imported_from_the_working_directory(tmp_path: Path, expected: tuple[Ran, Ran]) -> None:
    for name in ("tf_helper", "json", "ssl", "idna", "ipaddress", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hijacked')\n")
    for data, ran in zip((GOOD, BAD), expected, strict=True):
        assert run_in_shell('exec "$0"', data, cwd=tmp_path) == ran


def test_a_file_system_that_cannot_be_written_does_not_matter(tmp_path: Path, expected: tuple[Ran, Ran]) -> None:
    # In a mount namespace of its own: the program's files, the working directory and /tmp are mounted read-only.
    ways = ("unshare --mount", "unshare --map-root-user --mount", "sudo -n unshare --mount")
    namespace = next(filter(_lets_mount, ways), None)
    if namespace is None:
        pytest.skip("this system lets nobody make a mount namespace")
    places = {str(Path(path).resolve()) for path in (sys.prefix, ROOT, "/tmp", tmp_path)}
    read_only = "".join(
        f"mount --bind '{place}' '{place}' && mount -o remount,bind,ro '{place}' && ! touch '{place}/x' 2>&- && "
        for place in sorted(places)
    )
    command = f'exec {namespace} sh -c "{read_only} cd \'{tmp_path}\' && exec \\"\\$0\\"" "$0"'
    for data, ran in zip((GOOD, BAD), expected, strict=True):
        assert run_in_shell(command, data) == ran


def _lets_mount(namespace: str) -> bool:
    if not shutil.which(namespace.partition(" ")[0]):
        return False
    mount = [*namespace.split(), "mount", "--bind", "/tmp", "/tmp"]
    return not subprocess.run(mount, capture_output=True, check=False).returncode
