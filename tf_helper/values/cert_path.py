"""The path of the CA certificate in the workspace, and of the bundle beside it."""

from typing import NamedTuple

from tf_helper.values.file_path import parse_file_path

DEFAULT_CERT_PATH = "/tmp/aibridge-proxy/ca-cert.pem"  # noqa: S108 - the startup script checks whose directory it is


class CertPath(NamedTuple):
    """An absolute, normalized path of a file."""

    path: str

    @property
    def bundle_path(self) -> str:
        """The path with ".bundle" before the suffix, or at the end if there is no suffix."""
        directory, _, name = self.path.rpartition("/")
        dot = name.rfind(".")
        if dot <= 0 or name.endswith("."):
            return f"{self.path}.bundle"
        return f"{directory}/{name[:dot]}.bundle{name[dot:]}"

    @classmethod
    def parse(cls, text: str) -> "CertPath":
        """Parse an absolute path, in which // and /./ are collapsed. Raises Invalid with every problem found."""
        return cls(parse_file_path(text, example="/home/coder/certs/ca.pem"))
