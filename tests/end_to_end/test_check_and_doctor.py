"""`<wrapper> --check`, with the real curl, says what `tf-helper doctor` says, of its faults and where all is well."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import ROOT
from tests.doctor import file_faults, proxy_faults, test_healthy, tls_faults, tunnel_faults
from tests.doctor.patient import PROVIDER, PROXY_HOST, Patient
from tests.doctor.transcripts import PROXY_URL, generalized
from tests.harness.certificates import SERVER_AUTH, make_certificate, server_context
from tests.harness.deployment import TOKEN
from tests.harness.terraform import MODULE
from tests.script.workspace import SHELLS, Workspace, program
from tf_helper.doctor.checks import files
from tf_helper.values.provider_hosts import provider_hosts
from tf_helper.values.system_trust import SYSTEM_TRUST_FILES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doctor.fault import Fault
    from tests.doctor.patient import Report
    from tests.script.rendering import Rendered

_STEPS = {
    *("proxy_dns", "proxy_tcp", "proxy_tls", "connect_without_token", "connect_with_token", "provider", "gateway"),
    *("certificate_file", "bundle_file"),
}

# What curl and awk cannot see, or no wrapper is told.
_OF_DOCTOR_ALONE = re.compile(
    r"named: .*"  # --provider-host
    r"|a_dead_address_of_a_healthy_proxy|thousands_of_dead_addresses"  # the address that curl did not take
    r"|a_listener_with_the_certificate_of_a_ca|a_listener_without_its_root"  # what others than OpenSSL refuse
    r"|broken_certificates|a_file_that_cannot_be_read|a_saved_certificate_that_soon_expires"
    r"|a_replica_that_serves_another_ca"  # --check asks the deployment only where the proxy shows another one
    r"|files_of_another_user|a_proxy_that_changes_its_mind"  # in this process alone
    r"|a_bundle_older_than_the_systems_roots|a_system_store_.*|a_bundle_without_a_root_.*"
)
FAULTS = [
    fault
    for module in (proxy_faults, tls_faults, tunnel_faults, file_faults)
    for fault in module.FAULTS
    if fault.step in _STEPS and not _OF_DOCTOR_ALONE.fullmatch(fault.name)
]
ARRANGEMENTS = [
    *(
        arrange
        for arrange in test_healthy.ARRANGEMENTS
        if arrange is not test_healthy.with_the_ca_behind_its_root_on_disk
    )
]

VERDICTS = json.loads((MODULE / "verdicts.json").read_text())

_LINE = re.compile(r"(ok|warning|failed) +(\S.*?)(?:  +\S.*)?")
_SEVERITY = ("ok", "warning", "failed")
_SECONDS = 20


class Check(NamedTuple):
    """What `<wrapper> --check` said: its exit status, and for each step the worst status and what is advised."""

    status: int
    steps: dict[str, tuple[str, set[str]]]
    text: str


class Checked:
    """A workspace in which a patient's wrapper is asked."""

    def __init__(self, directory: Path, rendered: Rendered, patient: Patient) -> None:
        self._directory, self._rendered, self._patient = directory, rendered, patient

    def run(self, shell: str = "dash") -> Check:
        """Ask it, with a shell's own programs and curl on PATH; the proxy's name has an address for curl only."""
        directory = self._directory / shell
        directory.mkdir(parents=True)
        store = "".join(Path(file).read_text() for file in vars(files)["SYSTEM_TRUST_FILES"])
        workspace = Workspace(directory, shell, self._rendered, store)
        arguments = workspace.notes / "arguments"
        resolved = f"{PROXY_HOST}:{self._patient.proxy_address.rpartition(':')[2]}:127.0.0.1"
        note = f"shift; printf '%s\\n' \"$@\" >>'{arguments}'"
        workspace.stub("curl", f'{note}; exec {program("curl")} -q --resolve {resolved} "$@"')
        workspace.save_wrapper_at(directory / "ai-proxy")
        workspace.values |= {
            "PROXY_URL": self._patient.settings["proxy_url"],
            "ACCESS_URL": self._patient.settings.get("access_url", "http://127.0.0.1:1"),
            "CERT_PATH": str(self._patient.certificate),
            "CA_BUNDLE_PATH": str(self._patient.bundle),
            "SESSION_TOKEN": TOKEN,
        }
        text = re.sub("|".join(SYSTEM_TRUST_FILES[1:]), "/nowhere", workspace.wrapper_text())
        if self._patient.impatient:
            text = re.sub("^((?:PROXY|TUNNEL)_SECONDS)=[0-9]+", r"\1=2", text, flags=re.MULTILINE)
        workspace.wrapper_path.write_text(text)
        command = [program(SHELLS[shell][0]), *SHELLS[shell][1:], str(workspace.wrapper_path), "--check"]
        environment = workspace.environment | {"HOME": str(self._patient.directory / "home"), "NO_PROXY": "*"}
        environment |= {name: value for name, value in self._patient.environment.items() if name == "XDG_DATA_HOME"}
        before = time.monotonic()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert time.monotonic() - before < _SECONDS
        assert (done.stderr, TOKEN in done.stdout) == ("", False)
        assert TOKEN not in arguments.read_text()
        saved = [file for file in directory.rglob("*") if file.is_file() and TOKEN in file.read_text(errors="replace")]
        assert saved == [workspace.wrapper_path]
        return Check(done.returncode, _steps(done.stdout), done.stdout)


def _steps(report: str) -> dict[str, tuple[str, set[str]]]:
    steps: dict[str, tuple[str, set[str]]] = {}
    title = ""
    for line in report.rpartition("\n\n")[0].splitlines():
        if found := _LINE.fullmatch(line):
            title = found[2]
            status, advice = steps.get(title, ("ok", set()))
            steps[title] = (max(status, found[1], key=_SEVERITY.index), advice)
        else:
            steps[title][1].add(line.strip().removeprefix("-> "))
    return steps


def assert_same(check: Check, report: Report) -> None:
    """Fail unless each step that both have has the same status and advice, and the exit status fits."""
    doctors = {step["title"]: (step["status"], set(step["advice"].splitlines())) for step in report.steps.values()}
    assert check.steps.keys() <= doctors.keys(), check.text
    examined = {title: said for title, said in doctors.items() if said[0] != "skipped" and title in check.steps}
    assert {title: check.steps[title] for title in examined} == examined, check.text
    assert check.status == ("failed" in {status for status, _ in check.steps.values()})


@pytest.fixture
def checked(tmp_path: Path, rendered: Rendered, patient: Patient) -> Checked:
    """Make the workspace."""
    return Checked(tmp_path / "workspace", rendered, patient)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_fault_has_the_same_status_and_remedy(fault: Fault, checked: Checked, patient: Patient) -> None:
    fault.inflict(patient)
    if fault.step == "gateway":
        patient.settings["access_url"] = patient.deployment.url  # a wrapper always has it
    check = checked.run()
    assert {status for status, _ in check.steps.values()} != {"ok"}, check.text
    assert_same(check, patient.examine())


@pytest.mark.parametrize("arrange", ARRANGEMENTS, ids=lambda arrange: arrange.__name__)
def test_where_all_is_well_both_are_quiet(
    arrange: Callable[[Patient], None], checked: Checked, patient: Patient
) -> None:
    arrange(patient)
    check = checked.run()
    assert (check.status, {status for status, _ in check.steps.values()}) == (0, {"ok"}), check.text
    # Each host once, and those that are challenged without a key and with one.
    requests = len(provider_hosts()) + 2 * len(patient.proxy.providers.keys() & provider_hosts())
    assert len(patient.proxy.asked) == requests
    assert_same(check, patient.examine())


# What the gateway says to a request with the key, and the words of it that both quote.
SAID = {
    "in capitals": (b"UNAUTHORIZED", '"UNAUTHORIZED"'),
    "over several lines": (b'{\n  "message": "Bring \\"Your\\" Own Key",\n  "detail": ""\n}\n', 'Own Key"'),
    "behind a tab": (b"\tAI budget exceeded", 'AI budget exceeded"'),
    "in one long line": (b"AI budget exceeded" + b"." * 5000, '"AI budget exceeded...'),
    "with half of the token": (TOKEN[: len(TOKEN) // 2 + 1].encode(), '"***"'),
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("said", SAID)
def test_the_gateways_words_are_read_alike(said: str, shell: str, checked: Checked, patient: Patient) -> None:
    body, words = SAID[said]
    patient.settings["access_url"] = patient.deployment.url
    tunnel_faults.to_key(lambda _: (403, body))(patient)
    check, report = checked.run(shell), patient.examine()
    assert_same(check, report)
    assert words in check.text
    assert words in report.steps["gateway"]["seen"]


OF_CODER = 'Proxy-Authenticate: Basic realm="Coder AI Bridge Proxy"'
LONG = [f"X-{number}: {'x' * 1000}" for number in range(5)]
# What answers to CONNECT, and what that is to both.
HEADS = {
    "in capitals": (proxy_faults.answer(407, OF_CODER.upper().replace("CODER", "Coder")), "tunnel_token_refused"),
    "behind long headers": (proxy_faults.answer(407, *LONG, OF_CODER), "tunnel_token_refused"),
    "behind Negotiate": (proxy_faults.answer(407, "Proxy-Authenticate: Negotiate", OF_CODER), "tunnel_token_refused"),
    "behind another's": (proxy_faults.answer(407, OF_CODER.replace("Coder AI", "Squid"), OF_CODER), "of_another_proxy"),
    "in another header": (proxy_faults.answer(407, f"X-{OF_CODER}"), "of_another_proxy"),
    "a page in capitals": (proxy_faults.answer(200, "CONTENT-TYPE: text/html"), "web_server_accepts"),
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("head", HEADS)
def test_the_head_of_an_answer_is_read_alike(head: str, shell: str, checked: Checked, patient: Patient) -> None:
    sent, name = HEADS[head]
    proxy_faults.answers(sent, with_token=sent, other_port=sent)(patient)
    check = checked.run(shell)
    assert_same(check, patient.examine())
    (advice,) = (known["advice"] for verdict, known in VERDICTS.items() if verdict.endswith(name))
    assert advice.partition("\n")[0] in check.text


def one_of_three_providers_is_refused(patient: Patient) -> None:
    leaf = make_certificate("leaf", issuer=patient.company, ca=False, hosts=[PROVIDER], extensions=[SERVER_AUTH])
    patient.replace_proxy(certificates={PROVIDER: server_context(leaf, patient.company)})
    patient.proxy.providers |= {"api.openai.com": "openai", "openrouter.ai": "openai"}


def vscode_has_settings(patient: Patient) -> None:
    mine = '{// mine\n"http.proxySupport": "off", /* and */\n// "http.proxyStrictSSL": false\n'
    other = '"http.proxy": "http://user:secret@elsewhere.example.com:80/", "a": "//",}'
    whole = '{"http.systemCertificatesNode": false, "http.proxyStrictSSL":\tfalse, "http.proxy": "HTTP:\\/\\/%PROXY%/",'
    files = {
        "~/.local/share/code-server/Machine/settings.json": other,  # not read by a browser's window
        "~/.local/share/code-server/User/settings.json": mine + other,
        "~/.vscode-server/data/Machine/settings.json": f'{whole} "http.systemCertificates": true}}',
        "~/.vscode-server/data/User/settings.json": f'\ufeff{{"http.proxy": "http://coder:{TOKEN}@%PROXY%"}}',
    }
    patient.write_files(files)


def vscode_has_settings_elsewhere(patient: Patient) -> None:
    # Comments in the middle of a line, what they would say, values elsewhere, names that come twice or within another.
    hidden = (
        '{"a": 1 // "http.proxySupport": "off",\n, /* "b": 2,\n"http.proxyStrictSSL": false */ "http.proxy": null,\n'
    )
    harmless = '"http.proxySupport": "off", "c": {"http.proxyStrictSSL": false, "d": ["http.proxy"]}, "e\\"": "\\\\",\n'
    last = '"http.proxySupport": "on", "http.systemCertificatesNode"\n:\nfalse,\n"http.systemCertificates": "TRUE"}'
    patient.environment["XDG_DATA_HOME"] = "data=1"  # which awk would take for an assignment
    patient.write_files({"~/data=1/code-server/User/settings.json": hidden + harmless + last})
    patient.monkeypatch.chdir(patient.directory / "home")


CHANGES = [one_of_three_providers_is_refused, vscode_has_settings, vscode_has_settings_elsewhere]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_report_is_the_same_under_each_shell(
    change: Callable[[Patient], None], shell: str, checked: Checked, patient: Patient
) -> None:
    change(patient)
    check, report = checked.run(shell), patient.examine()
    assert_same(check, report)
    hosts = "api.openai.com, openrouter.ai: intercepted, and signed by the proxy's CA"
    assert (hosts in check.text) == (change is one_of_three_providers_is_refused), check.text
    of_vscode = [line for line in report.steps["environment"]["seen"].splitlines() if line.startswith("VS Code")]
    assert re.findall(r"^warning +environment +(VS Code.*)", check.text, re.MULTILINE) == of_vscode


def test_roots_that_are_extra_certificates_are_not_missing(checked: Checked, patient: Patient) -> None:
    patient.save(patient.roots_pem)
    patient.bundle.write_text(patient.certificate.read_text())
    check = checked.run()
    assert (check.status, "and 1 of the system's roots" in check.text) == (0, True), check.text
    assert_same(check, patient.examine())


def test_without_the_bundle_the_proxys_certificate_is_not_blamed(checked: Checked, patient: Patient) -> None:
    patient.listen_with(patient.listener_certificate())
    patient.save(patient.company.pem)
    patient.bundle.unlink()
    check = checked.run()
    assert check.steps["bundle on disk"][0] == "failed"
    assert check.text.endswith(", 1 failed\n"), check.text


def test_the_documentation_shows_a_report(checked: Checked, patient: Patient, pytestconfig: pytest.Config) -> None:
    patient.gateway.faults.add("budget")
    text = generalized(checked.run().text, patient, PROXY_URL).replace("1 of the system's", "144 of the system's")
    shown = f"$ /tmp/aibridge-proxy/ai-proxy --check\n{text}"
    page = ROOT / "docs/troubleshooting.md"
    if pytestconfig.option.write_transcripts:
        block = re.compile(r"(?<=```console\n)\$ \S+ --check\n(.*\n)*?(?=```)")
        page.write_text(block.sub(lambda _: shown, page.read_text()))
    assert f"```console\n{shown}```\n" in page.read_text()
