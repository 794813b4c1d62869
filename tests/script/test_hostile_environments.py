"""Nothing is taken from the workspace: no variable, no rc file, no option, no program that is not needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.deployment import TOKEN, Answer, Asked, Deployment
from tests.script.rendering import VARIABLES
from tests.script.workspace import SHELLS, functions, program

if TYPE_CHECKING:
    import trustme

    from tests.script.conftest import Certificates
    from tests.script.workspace import Workspace

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

# Of ls, which fails where it does not know the time style; and of gawk, which keeps variables in a file.
OF_PROGRAMS = ("GAWK_PERSIST_FILE", "GAWK_READ_TIMEOUT", "QUOTING_STYLE", "TIME_STYLE")

# Of the script's own variables, above all what to end and what to remove.
INTERNAL = ("ended", "work", "sync_started", "warnings", "roots", "curl_status", "directory", "setting", "user")

COMMANDS = ("$(touch pwned)", "`touch pwned`", '";touch pwned;"', "a\ntouch pwned\n", "${x:=pwned}", "\\`touch pwned`")

# Variables of the workspace; THIEF is a server that must not be asked, and HOME the user's directory.
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "names of the values": dict.fromkeys(VARIABLES, "wrong") | {"ACCESS_URL": "THIEF", "SESSION_TOKEN": "other"},
    "names of internal ones": dict.fromkeys(INTERNAL, "HOME/precious"),
    # It may be the proxy whose certificate is fetched.
    "proxy": dict.fromkeys(PROXY_VARIABLES, "THIEF"),
    "proxy with exceptions": dict.fromkeys(PROXY_VARIABLES, "THIEF") | {"no_proxy": "a.com", "NO_PROXY": "a.com"},
    "no proxy": dict.fromkeys(("NO_PROXY", "no_proxy"), "*"),
    "rc files of curl": {"CURL_HOME": "HOME", "XDG_CONFIG_HOME": "HOME/.config"},
    "programs": dict.fromkeys(OF_PROGRAMS, "c") | {"FUNCNEST": "1", "POSIXLY_CORRECT": "1", "TMPDIR": "/nowhere"},
    "shell": {"IFS": "/-:. ", "CDPATH": "/tmp:/", "ENV": "/dev/null", "LC_ALL": "C.UTF-8", "PS4": "$(exit 1)"},
    "commands": {"HOME": "$(touch pwned)", "PATH": "BIN:$(touch pwned):`touch pwned`"},
    # Bash alone knows these. A variable that was exported before would stay so, and allexport exports all.
    "allexport": {"SHELLOPTS": "allexport", "SESSION_TOKEN": "other"},
    "xtrace": {"SHELLOPTS": "xtrace"},
    "keyword": {"SHELLOPTS": "keyword"},
    "options": {"SHELLOPTS": "allexport:errexit:monitor:noclobber:noglob:nounset:pipefail:posix"},
    "more options": {"BASHOPTS": "failglob:nocasematch:nullglob", "GLOBIGNORE": "*"},
    "functions": {f"BASH_FUNC_{name}%%": "() { exit 42; }" for name in ("curl", "awk", "mv", "sed", "rm", "openssl")},
    # One for printf would have the token among its arguments, and one for unset would keep it.
    **{
        f"function {name}": functions(Path("leak"), [name])
        for name in ("[", "cd", "command", "printf", "unset", "wait")
    },
    "all functions": functions(Path("leak")),
}

CASES = [
    (shell, name)
    for name, variables in ENVIRONMENTS.items()
    for shell in (["bash"] if any(known.startswith(("BASH", "SHELLOPTS")) for known in variables) else SHELLS)
]

in_one_shell = pytest.mark.parametrize("shell", ["dash"], indirect=True)


def _assert_saved(workspace: Workspace, certificates: Certificates) -> None:
    run = workspace.run()
    assert (run.status, run.stderr) == (0, "")
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert workspace.left_over() == []
    assert not [path for name in ("leak", "pwned") for path in workspace.home.rglob(name)]


@pytest.mark.parametrize(("shell", "name"), CASES, indirect=["shell"])
def test_the_environment_is_ignored(
    workspace: Workspace, deployment: Deployment, certificates: Certificates, name: str
) -> None:
    home, seen = workspace.home, workspace.notes / "environment"
    for directory in (home / "precious", home / ".config", home / "a-b"):
        directory.mkdir()
    (home / "link").symlink_to("a-b")
    workspace.save_at(home / "link" / "ca.cert.pem")
    workspace.note("coder", f"{program('cat')} /proc/self/environ >>'{seen}'\nexit 1")
    deployment.serve(Answer(503), Answer(body=certificates.proxy.pem.encode()))
    with Deployment(token=TOKEN, ca_cert_pem=certificates.company.pem) as thief:
        for rc in (".curlrc", "curlrc", ".config/curlrc"):
            (home / rc).write_text(f'proxy = "{thief.url}"\nurl = "{thief.url}"\nlocation\nverbose\n')
        for variable, value in ENVIRONMENTS[name].items():
            filled = value.replace("THIEF", thief.url).replace("HOME", str(home)).replace("BIN", str(workspace.bin))
            workspace.environment[variable] = filled
        _assert_saved(workspace, certificates)
        assert thief.asked == []
    assert deployment.asked == [Asked(deployment.asked[0].path, TOKEN)] * 2
    assert (home / "precious").is_dir()
    assert not [text for text in (TOKEN, *OF_PROGRAMS) if text in seen.read_text()]


@in_one_shell
def test_no_variable_adds_a_root(workspace: Workspace, tls_deployment: Deployment, authority: trustme.CA) -> None:
    trusted = workspace.home / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    workspace.ask(tls_deployment)
    workspace.environment |= dict.fromkeys(("CURL_CA_BUNDLE", "SSL_CERT_FILE"), str(trusted))
    workspace.roots.unlink()
    assert "is not trusted" in workspace.run().failure
    assert tls_deployment.asked == []


@in_one_shell
def test_no_variable_takes_the_roots_away(
    workspace: Workspace, certificates: Certificates, tls_deployment: Deployment, authority: trustme.CA
) -> None:
    workspace.roots.write_bytes(authority.cert_pem.bytes())
    workspace.ask(tls_deployment)
    keys = workspace.home / "keys"
    names = ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF")
    workspace.environment |= dict.fromkeys(names, "/nowhere") | {"SSLKEYLOGFILE": str(keys)}
    _assert_saved(workspace, certificates)
    assert not keys.exists()


@pytest.mark.parametrize("shell", ["bash"], indirect=True)
@pytest.mark.parametrize("option", ["verbose", "verbose:xtrace"])
def test_no_value_is_traced(workspace: Workspace, deployment: Deployment, option: str) -> None:
    # Bash prints at most the lines before the first value.
    workspace.environment["SHELLOPTS"] = option
    run = workspace.run()
    assert run.status == 0
    assert not [value for value in (deployment.url, TOKEN) if value in run.stderr]


@pytest.mark.parametrize("path", [".:{}", ":{}"])
def test_no_program_of_a_relative_directory_is_run(workspace: Workspace, certificates: Certificates, path: str) -> None:
    # In a shared directory, such as /tmp, it could be that of another user.
    workspace.certificates.chmod(0o1777)
    for name in ("coder", "ls", "mktemp", "openssl"):
        workspace.stub(name, f"{program('touch')} '{workspace.home}/pwned'\nexec {program('false')}")
        (workspace.bin / name).rename(workspace.certificates / name)
        if name != "coder":
            (workspace.bin / name).symlink_to(program(name))
    workspace.environment["PATH"] = path.format(workspace.bin)
    assert workspace.run().stderr == ""
    assert workspace.cert_path.read_text() == certificates.proxy.pem
    assert not (workspace.home / "pwned").exists()


def test_commands_in_a_path_are_not_run(workspace: Workspace, certificates: Certificates) -> None:
    # The helper refuses these, but the script does not rely on it.
    workspace.save_at(workspace.certificates.joinpath(*COMMANDS, "ca.pem"))
    _assert_saved(workspace, certificates)


@pytest.mark.parametrize("shell", ["dash", "busybox"], indirect=True)  # a builtin of bash cannot be hidden from it
@pytest.mark.parametrize(("name", "variable"), [("mksh", "KSH_VERSION"), ("posh", "POSH_VERSION")])
def test_a_shell_without_a_printf_is_refused_by_name(workspace: Workspace, name: str, variable: str) -> None:
    # It would call the program, with the token among its arguments. Here, another shell plays it.
    workspace.note("coder")
    workspace.replace("PATH=/nowhere printf", "PATH=/nowhere no-such-builtin")
    workspace.environment[variable] = "1"
    assert f"{name} has no built-in printf" in workspace.run().failure
    assert workspace.noted("coder") == []
