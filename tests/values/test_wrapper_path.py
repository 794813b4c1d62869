import pytest

from tf_helper.errors import Invalid
from tf_helper.query import parse_query
from tf_helper.values.wrapper_path import parse_wrapper_path


def test_it_is_normalized_as_cert_path_is() -> None:
    assert parse_wrapper_path(" /home/coder//bin/./ai-proxy\n") == "/home/coder/bin/ai-proxy"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("/home/my user/run", '"/home/my user/run" contains " ", which is not allowed'),
        ("/a/$(id)", '"/a/$(id)" contains "$", which is not allowed'),
        ("bin/run", '"bin/run" is not absolute'),
        ("/a/../run", '"/a/../run" has a ".." segment'),
        ("/a/", '"/a/" names a directory'),
        (
            "/etc/ssl/cert.pem",
            '"/etc/ssl/cert.pem" is the system\'s own trust store, which must not be overwritten',
        ),
    ],
)
def test_refuses_what_cert_path_refuses_and_spaces(given: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_wrapper_path(given)
    assert [problem.message for problem in caught.value.problems] == [sentence]


@pytest.mark.parametrize(
    ("wrapper_path", "sentence"),
    [
        ("//certs/ca.pem", '"/certs/ca.pem" is also the path of the CA certificate or the bundle'),
        ("/certs/ca.bundle.pem", '"/certs/ca.bundle.pem" is also the path of the CA certificate or the bundle'),
        ("/certs/ca.pem/run", '"/certs/ca.pem/run" and "/certs/ca.pem" cannot both be files'),
        ("/certs/ca.bundle.pem/run", '"/certs/ca.bundle.pem/run" and "/certs/ca.bundle.pem" cannot both be files'),
    ],
)
def test_it_has_a_path_of_its_own(wrapper_path: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_query([("proxy_url", "https://h"), ("cert_path", "/certs/ca.pem"), ("wrapper_path", wrapper_path)])
    (problem,) = caught.value.problems
    assert (problem.field, problem.message) == ("wrapper_path", sentence)


def test_a_wrapper_where_a_directory_of_the_certificate_has_to_be_is_refused_for_the_default_too() -> None:
    with pytest.raises(Invalid) as caught:
        parse_query([("proxy_url", "https://h"), ("wrapper_path", "/tmp/aibridge-proxy")])
    (problem,) = caught.value.problems
    assert problem.field == "wrapper_path"


def test_next_to_the_certificate_it_is_fine() -> None:
    query = parse_query([("proxy_url", "https://h"), ("wrapper_path", "/tmp/aibridge-proxy/ca-cert")])
    assert query.wrapper_path == "/tmp/aibridge-proxy/ca-cert"
