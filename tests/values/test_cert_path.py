import pytest

from tf_helper.errors import Invalid
from tf_helper.values.cert_path import CertPath
from tf_helper.values.system_trust import SYSTEM_TRUST_DIRECTORIES, SYSTEM_TRUST_FILES, TRUST_ANCHOR_DIRECTORIES


@pytest.mark.parametrize(
    ("given", "normalized"),
    [
        ("/tmp/aibridge-proxy/ca-cert.pem", "/tmp/aibridge-proxy/ca-cert.pem"),
        (" /a/b\n", "/a/b"),
        ("//a///b", "/a/b"),
        ("/a/./b/././c", "/a/b/c"),
        ("/./a", "/a"),
        ("/a://b", "/a:/b"),
        ("/home/my user/ca.pem", "/home/my user/ca.pem"),
        ("/a/..b/c..", "/a/..b/c.."),
        ("/AZaz09/._-+@%=,:~", "/AZaz09/._-+@%=,:~"),
        ("/" + "a" * 255 + "/" + "b" * 200, "/" + "a" * 255 + "/" + "b" * 200),
        ("/" + "a/" * 1999 + "b" * 1, "/" + "a/" * 1999 + "b"),
    ],
)
def test_accepts_and_normalizes(given: str, normalized: str) -> None:
    assert CertPath.parse(given).path == normalized


@pytest.mark.parametrize(
    ("path", "bundle_path"),
    [
        ("/tmp/aibridge-proxy/ca-cert.pem", "/tmp/aibridge-proxy/ca-cert.bundle.pem"),
        ("/a/ca.tar.pem", "/a/ca.tar.bundle.pem"),
        ("/a/ca", "/a/ca.bundle"),
        ("/a.b/ca", "/a.b/ca.bundle"),
        ("/a/.pem", "/a/.pem.bundle"),
        ("/a/.ca.pem", "/a/.ca.bundle.pem"),
        ("/a/ca.", "/a/ca..bundle"),
    ],
)
def test_the_bundle_is_next_to_the_certificate(path: str, bundle_path: str) -> None:
    assert CertPath.parse(path).bundle_path == bundle_path


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (" ", "is blank"),
        ("certs/ca.pem", '"certs/ca.pem" is not absolute'),
        ("~/ca.pem", '"~/ca.pem" is not absolute'),
        ("$HOME/ca.pem", '"$HOME/ca.pem" is not absolute'),
        ("https://user:SECRET@h/x", "is a URL"),
        ("/", '"/" names a directory'),
        ("/a/", '"/a/" names a directory'),
        ("/a/.", '"/a/." names a directory'),
        ("/a/..", '"/a/.." has a ".." segment'),
        ("/a/../b", '"/a/../b" has a ".." segment'),
        ("/a/$(id)", '"/a/$(id)" contains "$", which is not allowed'),
        ("/a/`id`", '"/a/`id`" contains "`", which is not allowed'),
        ("/a/'b", '"/a/\'b" contains "\'", which is not allowed'),
        ('/a/"b', '"/a/\\"b" contains "\\"", which is not allowed'),
        ("/a\\b", '"/a\\\\b" contains "\\\\", which is not allowed'),
        ("/a\nb", '"/a\\nb" contains "\\n", which is not allowed'),
        ("/a\x00b", '"/a\\u0000b" contains "\\u0000", which is not allowed'),
        ("/ä", '"/\\u00e4" contains "\\u00e4", which is not allowed'),
        ("/" + "a" * 256 + "/b", f'segment "{"a" * 77}..." is 256 characters long, at most 255 are allowed'),
        ("/" + "a" * 201, f'segment "{"a" * 77}..." is 201 characters long, at most 200 are allowed'),
        ("/" + "a/" * 2000 + "b", "is 4002 characters long, at most 4000 are allowed"),
        *(
            (path, f'"{path}" is the system\'s own trust store, which must not be overwritten')
            for path in SYSTEM_TRUST_FILES
        ),
        *(
            (
                f"{directory}/{name}",
                f'"{directory}/{name}" is in {directory}, whose files the whole system trusts',
            )
            for directory in (*SYSTEM_TRUST_DIRECTORIES, *TRUST_ANCHOR_DIRECTORIES)
            for name in ("ca.crt", "x/y/ca.crt")
        ),
        ("/etc/ssl/certs", '"/etc/ssl/certs" is in /etc/ssl/certs, whose files the whole system trusts'),
        ("/etc//ssl/./cert.pem", '"/etc/ssl/cert.pem" is the system\'s own trust store, which must not be overwritten'),
    ],
)
def test_refuses(given: str, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        CertPath.parse(given)
    assert [problem.message for problem in caught.value.problems] == [sentence]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("certs/ca.pem", "Give the full path"),
        ("~/ca.pem", "not expanded"),
        ("$HOME/ca.pem", "not expanded"),
        ("C:\\certs\\ca.pem", "Windows path"),
        ("c:/certs/ca.pem", "Windows path"),
        ("\\\\server\\certs\\ca.pem", "Windows path"),
        ("%USERPROFILE%\\ca.pem", "Windows path"),
    ],
)
def test_a_path_that_is_not_absolute_gets_the_hint_that_fits(given: str, hint: str) -> None:
    with pytest.raises(Invalid, match=hint):
        CertPath.parse(given)


@pytest.mark.parametrize(
    "path", ["/etc/ssl/certs-of-mine/ca.pem", "/home/coder/etc/ssl/certs/ca.pem", "/etc/ssl/ca.pem"]
)
def test_a_path_next_to_the_system_s_trust_is_fine(path: str) -> None:
    assert CertPath.parse(path).path == path


def test_reports_every_problem_of_a_path() -> None:
    with pytest.raises(Invalid) as caught:
        CertPath.parse("/../" + "$" * 201)
    assert len(caught.value.problems) == 3
