import json

import pytest

from tf_helper import __version__
from tf_helper.client_env import CLIENT_VARIABLES
from tf_helper.protocol import as_strings
from tf_helper.query import parse_query
from tf_helper.result import RESULT_KEYS, Result, make_result


def result_of(**query: str) -> Result:
    return make_result(parse_query(tuple(query.items())), {})


def test_every_key_is_there_for_the_smallest_query() -> None:
    result = result_of(proxy_url="https://h")._asdict()
    client_env, warnings = result.pop("client_env"), result.pop("warnings")
    assert {key: value for key, value in result.items() if value != ""} == {
        "version": __version__,
        "proxy_url": "https://h",
        "cert_path": "/tmp/aibridge-proxy/ca-cert.pem",
        "no_proxy": "localhost,127.0.0.1,::1",
        "proxy_scheme": "https",
        "proxy_host": "h",
        "proxy_port": 443,
        "ca_bundle_path": "/tmp/aibridge-proxy/ca-cert.bundle.pem",
    }
    assert list(RESULT_KEYS) == list(Result._fields)
    assert set(client_env) == {variable.name for variable in CLIENT_VARIABLES}
    assert warnings == ()


def test_terraform_gets_strings_with_json_for_everything_else() -> None:
    strings = as_strings(result_of(proxy_url="http://h"))
    assert (strings["proxy_host"], strings["proxy_port"]) == ("h", "80")
    assert json.loads(strings["client_env"])["NO_PROXY"] == "localhost,127.0.0.1,::1"
    (warning,) = json.loads(strings["warnings"])
    assert warning.startswith("proxy_url: http without a port")


def test_values_come_out_normalized() -> None:
    result = result_of(
        agent_id=" 3F2B8C1E-1111-4222-8333-444455556666 ",
        proxy_url="http://[0::1]:08888/",
        cert_path="/a//b.pem",
        wrapper_path="/a//run",
        access_url="https://Coder/",
        no_proxy="X, x",
    )
    assert (result.agent_id, result.proxy_url, result.proxy_host, result.proxy_port) == (
        "3f2b8c1e-1111-4222-8333-444455556666",
        "http://[::1]:8888",
        "::1",
        8888,
    )
    assert (result.cert_path, result.wrapper_path, result.access_url) == ("/a/b.pem", "/a/run", "https://coder")
    assert result.no_proxy == "localhost,127.0.0.1,::1,coder,x"


def test_every_variable_that_names_trusted_certificates_names_the_bundle() -> None:
    client_env = result_of(proxy_url="https://h", cert_path="/a/ca.pem", no_proxy="x").client_env
    assert {name for name, value in client_env.items() if value == "/a/ca.bundle.pem"} == {
        "NODE_EXTRA_CA_CERTS",
        "DENO_CERT",
        "CODEX_CA_CERTIFICATE",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "GIT_SSL_CAINFO",
        "GIT_PROXY_SSL_CAINFO",
        "CARGO_HTTP_CAINFO",
        "AWS_CA_BUNDLE",
    }
    assert client_env["NO_PROXY"] == client_env["no_proxy"] == "localhost,127.0.0.1,::1,x"
    assert client_env["NODE_USE_ENV_PROXY"] == "1"


@pytest.mark.parametrize(
    ("proxy_url", "access_url", "beginnings"),
    [
        ("http://localhost:8888", "https://coder", ["proxy_url: localhost is the workspace itself"]),
        ("https://h", "https://coder", []),
        ("http://h:8888", "http://h:3000", []),
        ("http://h", "https://coder", ["proxy_url: http without a port means port 80"]),
        ("https://h", "https://coder/path", ["access_url: has a path"]),
        ("https://h", "https://H:443", ["proxy_url: host and port are those of the Coder deployment"]),
        ("http://h:3000", "https://h:3000", ["proxy_url: host and port are those of the Coder deployment"]),
    ],
)
def test_warns_of_what_is_probably_wrong(proxy_url: str, access_url: str, beginnings: list[str]) -> None:
    warnings = result_of(proxy_url=proxy_url, access_url=access_url).warnings
    assert len(warnings) == len(beginnings)
    assert all(warning.startswith(beginning) for warning, beginning in zip(warnings, beginnings, strict=True))
