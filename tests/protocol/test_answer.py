import json

import pytest

from tf_helper import __version__
from tf_helper.answer import Answer, answer
from tf_helper.client_env import CLIENT_VARIABLES
from tf_helper.query import parse_query


def answered(**query: str) -> Answer:
    return answer(parse_query(tuple(query.items())), token="")


def test_every_key_is_there_for_the_smallest_query() -> None:
    result = answered(proxy_url="https://h").model_dump()
    client_env, warnings = result.pop("client_env"), result.pop("warnings")
    assert result == {
        "version": __version__,
        "agent_id": "",
        "proxy_url": "https://h",
        "cert_path": "/tmp/aibridge-proxy/ca-cert.pem",
        "access_url": "",
        "no_proxy": "localhost,127.0.0.1,::1",
        "proxy_scheme": "https",
        "proxy_host": "h",
        "proxy_port": "443",
        "ca_bundle_path": "/tmp/aibridge-proxy/ca-cert.bundle.pem",
        "ca_cert_pem": "",
        "extra_ca_certs_pem": "",
        "ca_cert_sha256": "",
        "ca_cert_subject": "",
        "ca_cert_not_after": "",
    }
    assert set(json.loads(client_env)) == {variable.name for variable in CLIENT_VARIABLES}
    assert json.loads(warnings) == []


def test_values_come_out_normalised() -> None:
    result = answered(
        agent_id=" 3F2B8C1E-1111-4222-8333-444455556666 ",
        proxy_url="http://[0::1]:08888/",
        cert_path="/a//b.pem",
        access_url="https://Coder/",
        no_proxy="X, x",
    )
    assert (result.agent_id, result.proxy_url, result.proxy_host, result.proxy_port) == (
        "3f2b8c1e-1111-4222-8333-444455556666",
        "http://[::1]:8888",
        "::1",
        "8888",
    )
    assert (result.cert_path, result.access_url) == ("/a/b.pem", "https://coder")
    assert result.no_proxy == "localhost,127.0.0.1,::1,coder,x"


def test_variables_that_add_to_the_trust_store_name_the_certificate_and_those_that_replace_it_the_bundle() -> None:
    client_env = json.loads(answered(proxy_url="https://h", cert_path="/a/ca.pem", no_proxy="x").client_env)
    assert client_env == {
        "NO_PROXY": "localhost,127.0.0.1,::1,x",
        "no_proxy": "localhost,127.0.0.1,::1,x",
        "NODE_EXTRA_CA_CERTS": "/a/ca.pem",
        "SSL_CERT_FILE": "/a/ca.bundle.pem",
        "REQUESTS_CA_BUNDLE": "/a/ca.bundle.pem",
        "CURL_CA_BUNDLE": "/a/ca.bundle.pem",
        "GIT_SSL_CAINFO": "/a/ca.bundle.pem",
    }


@pytest.mark.parametrize(
    ("proxy_url", "access_url", "beginnings"),
    [
        ("https://h", "https://coder", []),
        ("http://h:8888", "http://h:3000", []),
        ("http://h", "https://coder", ["proxy_url: http without a port means port 80"]),
        ("https://h", "https://coder/path", ["access_url: has a path"]),
        ("https://h", "https://H:443", ["proxy_url: host and port are those of the Coder deployment"]),
        ("http://h:3000", "https://h:3000", ["proxy_url: host and port are those of the Coder deployment"]),
    ],
)
def test_warns_of_what_is_probably_wrong(proxy_url: str, access_url: str, beginnings: list[str]) -> None:
    warnings = json.loads(answered(proxy_url=proxy_url, access_url=access_url).warnings)
    assert len(warnings) == len(beginnings)
    assert all(warning.startswith(beginning) for warning, beginning in zip(warnings, beginnings, strict=True))
