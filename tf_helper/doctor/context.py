"""What is examined, and what earlier steps have found out."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tf_helper.coder.redaction import without_token
from tf_helper.errors import Problem
from tf_helper.query import Query
from tf_helper.tls.context import ssl_context
from tf_helper.values.certificate import Certificate
from tf_helper.values.provider_hosts import provider_hosts

# For each operation on the network; a step has a little more in all.
OPERATION_SECONDS = 3


@dataclass(frozen=True)
class Known:
    """What steps have found out, for later ones."""

    served_ca: tuple[Certificate, ...] = ()
    """What the deployment's CA endpoint served."""
    saved_ca: tuple[Certificate, ...] = ()
    """What is at cert_path: the proxy's, then what extra_ca_certs_pem had."""
    signing_ca: tuple[Certificate, ...] = ()
    """What the proxy signs with, where that is at cert_path and the endpoint served another one."""
    intercepted: tuple[str, ...] = ()
    """The hosts at which the proxy asks for the token."""
    not_intercepted: tuple[str, ...] = ()
    """The hosts for which it has answered otherwise. Of those in neither it has said nothing."""
    trusted: tuple[str, ...] = ()
    """Those that are intercepted with a certificate that the proxy's CA has signed."""
    token_refused: bool = False
    """Whether the deployment does not take the token."""
    access_denied: bool = False
    """Whether the deployment denies access to AI Gateway, as it does without a license."""
    base_url_hosts: tuple[str, ...] = ()
    """The hosts that tools are told to ask instead of a provider's own."""

    proxy_addresses: tuple[str, ...] = ()
    """Those of the proxy's name, then those of them that answer."""

    @property
    def asked(self) -> bool:
        """Whether the proxy was asked for hosts, and has answered for any."""
        return bool(self.intercepted or self.not_intercepted)

    def updated(self, other: "Known") -> "Known":
        """Return this with what `other` has in addition, or instead."""
        return replace(self, **{name: value for name, value in vars(other).items() if value})


@dataclass(frozen=True)
class Context:
    """The settings and surroundings; "" for no token, and for no provider's host in particular."""

    query: Query
    token: str
    environment: Mapping[str, str]
    provider_host: str
    tunnelled_host: str
    in_workspace: bool
    token_withheld: Problem | None = None
    """Why a token that is in the environment is not used."""
    known: Known = Known()

    @property
    def provider_hosts(self) -> tuple[str, ...]:
        """The hosts that may be intercepted: the given one first, then the known ones."""
        return tuple(dict.fromkeys(filter(None, (self.provider_host, *provider_hosts()))))

    @property
    def hosts_to_ask(self) -> tuple[str, ...]:
        """These, and those of base URLs, which may be another name that the deployment has for a provider."""
        return tuple(dict.fromkeys((*self.provider_hosts, *self.known.base_url_hosts)))

    @property
    def proxy_ca(self) -> tuple[Certificate, ...]:
        """The CA certificate that the proxy signs with, as far as it is known, its own first."""
        return self.known.signing_ca or self.known.served_ca or self.query.ca_cert_pem or self.known.saved_ca[:1]

    @property
    def added_trust(self) -> tuple[Certificate, ...]:
        """The certificates that a tool trusts beside the system's, as far as they are known."""
        return (*self.proxy_ca, *self.query.extra_ca_certs_pem, *self.known.saved_ca)

    def tool_trust(self) -> ssl.SSLContext:
        """Return what a tool trusts: the bundle or, if it is missing, what would be in it."""
        # A pipe or a device could be read without end.
        if self.in_workspace and os.path.isfile(self.query.cert_path.bundle_path):  # noqa: PTH113 - False on any error
            context = ssl_context(system=False)
            try:
                context.load_verify_locations(cafile=self.query.cert_path.bundle_path)
            except OSError:
                pass
            else:
                return context
        return ssl_context(self.added_trust)

    def without_token(self, text: str) -> str:
        """Return a text that came from elsewhere without the token, should it be in it."""
        return without_token(text, self.token)
