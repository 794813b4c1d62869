"""Nothing is taken from the workspace: no variable, no rc file, no option, no program that is not needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Answer, Asked, Deployment
from tests.script.rendering import VARIABLES
from tests.script.workspace import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    import trustme

    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture
def thief(certificates: Certificates) -> Iterator[Deployment]:
    """Run a server that must not be asked."""
    with Deployment(token=TOKEN, ca_cert_pem=certificates.company.pem) as running:
        yield running
        assert running.asked == []


def _assert_saved(workspace: Workspace, certificates: Certificates) -> None:
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert workspace.left_over() == []


def test_variables_with_the_names_of_the_values_are_ignored(
    workspace: Workspace, certificates: Certificates, thief: Deployment
) -> None:
    workspace.environment |= dict.fromkeys(VARIABLES, "wrong") | {"ACCESS_URL": thief.url, "SESSION_TOKEN": "other"}
    _assert_saved(workspace, certificates)


def test_no_program_inherits_the_token(workspace: Workspace, deployment: Deployment) -> None:
    # A variable that was exported before would stay so, and `set -a` exports all.
    workspace.environment |= {"SESSION_TOKEN": "other", "SHELLOPTS": "allexport"}
    workspace.note("coder", f"{program('cat')} /proc/self/environ >>'{workspace.notes / 'environment'}'")
    assert workspace.run().status == 0
    assert deployment.asked == [Asked(deployment.asked[0].path, TOKEN)]
    assert TOKEN not in (workspace.notes / "environment").read_text()


def test_variables_with_the_names_of_internal_ones_are_ignored(
    workspace: Workspace, certificates: Certificates
) -> None:
    # Above all those of what to end and what to remove.
    names = (
        "ended",
        "work",
        "sync_started",
        "warnings",
        "roots",
        "curl_status",
        "directory",
        "setting",
        "user",
        "block",
    )
    precious = workspace.home / "precious"
    precious.mkdir()
    workspace.environment |= dict.fromkeys(names, str(precious))
    _assert_saved(workspace, certificates)
    assert precious.is_dir()


@pytest.mark.parametrize("no_proxy", ["", "example.com"])
def test_proxy_variables_are_ignored(
    workspace: Workspace, certificates: Certificates, thief: Deployment, no_proxy: str
) -> None:
    # They may point at the proxy whose certificate is being fetched.
    workspace.environment |= dict.fromkeys(PROXY_VARIABLES, thief.url)
    workspace.environment |= {"no_proxy": no_proxy, "NO_PROXY": no_proxy}
    _assert_saved(workspace, certificates)


def test_rc_files_of_curl_are_ignored(workspace: Workspace, certificates: Certificates, thief: Deployment) -> None:
    for directory in (workspace.home, workspace.home / ".config"):
        directory.mkdir(exist_ok=True)
        for name in (".curlrc", "curlrc"):
            (directory / name).write_text(f'proxy = "{thief.url}"\nurl = "{thief.url}"\nlocation\nverbose\n')
    workspace.environment |= {"CURL_HOME": str(workspace.home), "XDG_CONFIG_HOME": str(workspace.home / ".config")}
    _assert_saved(workspace, certificates)


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_no_variable_adds_a_root(
    workspace: Workspace, tls_deployment: Deployment, authority: trustme.CA, name: str
) -> None:
    trusted = workspace.home / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    workspace.ask(tls_deployment)
    workspace.environment[name] = str(trusted)
    workspace.roots.unlink()
    assert "is not trusted" in workspace.run().failure
    assert tls_deployment.asked == []


def test_no_variable_takes_the_roots_away(
    workspace: Workspace, tls_deployment: Deployment, authority: trustme.CA
) -> None:
    workspace.roots.write_bytes(authority.cert_pem.bytes())
    workspace.ask(tls_deployment)
    keys = workspace.home / "keys"
    names = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF")
    workspace.environment |= dict.fromkeys(names, "/nowhere") | {"SSLKEYLOGFILE": str(keys)}
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert not keys.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IFS", "/-:. "),
        ("CDPATH", "/tmp:/"),
        ("SHELLOPTS", "xtrace"),
        ("SHELLOPTS", "keyword"),
        ("SHELLOPTS", "allexport:errexit:monitor:noclobber:noglob:nounset:pipefail:posix"),
        ("BASHOPTS", "failglob:nocasematch:nullglob"),
        ("GLOBIGNORE", "*"),
        ("POSIXLY_CORRECT", "1"),
        ("ENV", "/dev/null"),
        ("LC_ALL", "C.UTF-8"),
        ("TMPDIR", "/nowhere"),
        ("PS4", "$(exit 1)"),
    ],
)
def test_settings_of_the_shell_are_ignored(
    workspace: Workspace, deployment: Deployment, certificates: Certificates, name: str, value: str
) -> None:
    workspace.environment[name] = value
    workspace.note("coder", "exit 1")
    deployment.serve(Answer(503), Answer(body=certificates.proxy.pem.encode()))
    workspace.save_at(workspace.certificates / "a-b" / "ca.cert.pem")
    _assert_saved(workspace, certificates)


@pytest.mark.parametrize("option", ["verbose", "xtrace", "verbose:xtrace"])
def test_no_value_is_traced(workspace: Workspace, deployment: Deployment, option: str) -> None:
    # Bash prints at most the lines before the first value.
    workspace.environment["SHELLOPTS"] = option
    run = workspace.run()
    assert run.status == 0
    assert deployment.url not in run.stderr
    assert TOKEN not in run.stderr


def test_exported_functions_are_ignored(workspace: Workspace, certificates: Certificates) -> None:
    # Bash takes functions from the environment, also as sh.
    for name in ("curl", "awk", "mv", "sed", "rm", "openssl"):
        workspace.environment[f"BASH_FUNC_{name}%%"] = "() { exit 42; }"
    _assert_saved(workspace, certificates)


@pytest.mark.parametrize("name", ["[", "cd", "command", "printf", "true", "wait"])
def test_exported_functions_do_not_stand_in_for_builtins(
    workspace: Workspace, certificates: Certificates, name: str
) -> None:
    # One for printf would have the token among its arguments.
    workspace.environment[f"BASH_FUNC_{name}%%"] = '() { /bin/echo "$@" >>leak; return 0; }'
    _assert_saved(workspace, certificates)
    assert not (workspace.home / "leak").exists()


def test_settings_of_programs_are_ignored(workspace: Workspace, certificates: Certificates) -> None:
    # GNU ls fails where it does not know the time style, and quotes names; gawk keeps variables in a file.
    (workspace.home / "link").symlink_to(workspace.certificates)
    workspace.save_at(workspace.home / "link" / "ca.pem")
    settings = ("GAWK_PERSIST_FILE", "GAWK_READ_TIMEOUT", "QUOTING_STYLE", "TIME_STYLE")
    workspace.environment |= dict.fromkeys(settings, "c") | {"FUNCNEST": "1"}
    environment = workspace.notes / "environment"
    workspace.stub("mktemp", f"{program('cat')} /proc/self/environ >'{environment}'\nexec {program('mktemp')} \"$@\"")
    _assert_saved(workspace, certificates)
    assert not [name for name in settings if name in environment.read_text()]


@pytest.mark.parametrize("path", [".:{}", ":{}"])
def test_no_program_is_run_from_a_relative_directory_of_path(
    workspace: Workspace, certificates: Certificates, path: str
) -> None:
    # In a shared directory, such as /tmp, it could be that of another user.
    workspace.certificates.chmod(0o1777)
    for name in ("coder", "ls", "mktemp", "openssl"):
        workspace.stub(name, f"{program('touch')} '{workspace.home}/pwned'\nexec {program('false')}")
        (workspace.bin / name).rename(workspace.certificates / name)
        if name != "coder":
            (workspace.bin / name).symlink_to(program(name))
    workspace.environment["PATH"] = path.format(workspace.bin)
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert not (workspace.home / "pwned").exists()


def test_commands_in_the_environment_are_not_run(workspace: Workspace, certificates: Certificates) -> None:
    workspace.environment |= {"HOME": "$(touch pwned)", "PATH": f"{workspace.bin}:$(touch pwned):`touch pwned`"}
    _assert_saved(workspace, certificates)
    assert not (workspace.home / "pwned").exists()


@pytest.mark.parametrize(
    "value",
    ["$(touch pwned)", "`touch pwned`", '";touch pwned;"', "a\ntouch pwned\n", "${x:=pwned}", "\\`touch pwned`"],
)
def test_commands_in_a_path_are_not_run(workspace: Workspace, certificates: Certificates, value: str) -> None:
    # The helper refuses these, but the script does not rely on it.
    workspace.save_at(workspace.certificates / value / "ca.pem")
    _assert_saved(workspace, certificates)
    assert not list(workspace.home.rglob("pwned"))


@pytest.mark.parametrize("name", ["mksh", "posh"])
def test_a_shell_without_a_printf_is_refused_by_name(workspace: Workspace, shell: str, name: str) -> None:
    # It would call the program, with the token among its arguments. Here, another shell plays it.
    if shell == "bash":
        pytest.skip("a builtin of bash cannot be hidden from it")
    workspace.note("coder")
    workspace.replace("PATH=/nowhere printf", "PATH=/nowhere no-such-builtin")
    workspace.environment[{"mksh": "KSH_VERSION", "posh": "POSH_VERSION"}[name]] = "1"
    assert f"{name} has no built-in printf" in workspace.run().failure
    assert workspace.noted("coder") == []
