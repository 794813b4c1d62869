"""The providers that speak gRPC: any method of theirs is answered with the same sentence.

The answers are protocol buffers written by hand, so that the tests need no SDK: (field, content) pairs, nested.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import grpc

from tests.ai_tools.catalog.tool import GRPC_HOSTS, TELEMETRY_GRPC, VERTEX_GRPC, XAI_GRPC
from tests.ai_tools.provider.answers import TEXT
from tests.ai_tools.provider.server import Visit
from tests.harness.closing import Closing

if TYPE_CHECKING:
    import trustme


def _field(number: int, content: bytes) -> bytes:
    """Return a field of variable length, of at most 127 bytes."""
    return bytes([number << 3 | 2, len(content)]) + content


_PART = _field(1, TEXT.encode())

# By the last part of the method's name: whose it is, and the answer.
ANSWERS = {
    # xai_api.GetChatCompletionResponse: outputs, message, content and role (2, the assistant)
    "GetCompletion": (XAI_GRPC, _field(2, _field(3, _PART + b"\x10\x02"))),
    # google.cloud.aiplatform.v1.GenerateContentResponse: candidates, content, parts, text
    "GenerateContent": (VERTEX_GRPC, _field(2, _field(2, _field(2, _PART)))),
    "Export": (TELEMETRY_GRPC, b""),
}


class GrpcProvider(Closing, grpc.GenericRpcHandler):  # type: ignore[misc] # grpc has no types
    """Answers under the names of GRPC_HOSTS and adds to `visits`."""

    def __init__(self, authority: trustme.CA, visits: list[Visit]) -> None:
        self._visits = visits
        certificate = authority.issue_cert(*GRPC_HOSTS)
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        self._server = grpc.server(ThreadPoolExecutor(2), handlers=[self])
        credentials = grpc.ssl_server_credentials([(certificate.private_key_pem.bytes(), chain)])
        self.port: int = self._server.add_secure_port("127.0.0.1:0", credentials)
        self._server.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.stop(grace=None).wait()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """Return what answers a method."""

        host, body = ANSWERS[details.method.rpartition("/")[2]]

        def answer(_: bytes, context: grpc.ServicerContext) -> bytes:
            metadata = dict(context.invocation_metadata())
            keys = (str(metadata.get("authorization", "")),)
            leaked = str(metadata.get("proxy-authorization", ""))
            self._visits.append(Visit("POST", host, details.method, False, keys, leaked))  # noqa: FBT003
            return body

        return grpc.unary_unary_rpc_method_handler(answer)
