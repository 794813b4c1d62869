# ruff: noqa: ANN401, N802 - gRPC makes the messages at run time, and finds a method by its name in the protocol
"""Serves a stand-in provider to Terraform over gRPC, from threads of this process.

TF_REATTACH_PROVIDERS tells Terraform where, so it needs no registry, download or lock file.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import msgpack

from tests.harness.providers.model import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.harness.providers.model import Attribute, Provider, Resource, Values

messages, services = grpc.protos_and_services("tests/harness/providers/tfplugin6.proto")

UNKNOWN = msgpack.ExtType(0, b"\0")

# Terraform walks ten nodes at a time by default, and a program behind a data source takes a thread.
THREADS = 16


class Server:
    """One provider on one unix socket, until it is closed."""

    def __init__(self, provider: Provider, socket: Path) -> None:
        # Terraform's own limit for a message is far above gRPC's 4 MiB.
        options = [("grpc.max_receive_message_length", -1)]
        self._server = grpc.server(ThreadPoolExecutor(THREADS), options=options)
        services.add_ProviderServicer_to_server(_Servicer(provider), self._server)
        self._server.add_insecure_port(f"unix:{socket}")
        self._server.start()
        self.reattach = {
            f"registry.terraform.io/{provider.source}": {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": os.getpid(),
                "Test": True,  # or Terraform ends the process when it is done
                "Addr": {"Network": "unix", "String": str(socket)},
            }
        }

    def close(self) -> None:
        """Stop at once, whatever is under way."""
        self._server.stop(grace=None).wait()


class _Servicer:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def GetProviderSchema(self, _request: Any, _context: Any) -> Any:
        provider = self._provider
        return messages.Schemas(
            provider=_schema({}),
            data_source_schemas={
                name: _schema(source.attributes, source.blocks) for name, source in provider.data_sources.items()
            },
            resource_schemas={name: _schema(kind.attributes) for name, kind in provider.resources.items()},
        )

    def ValidateProviderConfig(self, _request: Any, _context: Any) -> Any:
        return messages.Nothing()

    ValidateResourceConfig = ValidateDataResourceConfig = ConfigureProvider = ValidateProviderConfig

    def ReadDataSource(self, request: Any, _context: Any) -> Any:
        config = _decode(request.config)
        try:
            found = self._provider.data_sources[request.type_name].read(config)
        except RefusedError as refused:
            return messages.DataState(diagnostics=[_diagnostic(refused)])
        return messages.DataState(state=_encode(config | found))

    def UpgradeResourceState(self, request: Any, _context: Any) -> Any:
        return messages.ResourceState(state=_encode(json.loads(request.raw_state.json)))

    def ReadResource(self, request: Any, _context: Any) -> Any:
        return messages.ResourceState(state=request.current_state)

    def PlanResourceChange(self, request: Any, _context: Any) -> Any:
        prior, planned = _decode(request.prior), _decode(request.proposed)
        attributes = self._resource(request).attributes
        for name, attribute in attributes.items():
            if planned[name] is None:
                planned[name] = UNKNOWN if attribute.computed else attribute.default
        changed = [name for name in planned if prior is not None and planned[name] != prior[name]]
        return messages.Plan(
            planned=_encode(planned), requires_replace=[_path(name) for name in changed], legacy_type_system=True
        )

    def ApplyResourceChange(self, request: Any, _context: Any) -> Any:
        planned = _decode(request.proposed)
        if planned is None:  # it is being destroyed
            return messages.Applied(state=request.proposed)
        try:
            created = self._resource(request).create(planned)
        except RefusedError as refused:
            return messages.Applied(state=request.prior, diagnostics=[_diagnostic(refused)])
        return messages.Applied(state=_encode(planned | created), legacy_type_system=True)

    def _resource(self, request: Any) -> Resource:
        return self._provider.resources[request.type_name]


def _schema(attributes: Mapping[str, Attribute], blocks: Mapping[str, Mapping[str, Attribute]] | None = None) -> Any:
    nested = [
        messages.Schema.NestedBlock(type_name=name, block=_schema(of).block, nesting="LIST")
        for name, of in (blocks or {}).items()
    ]
    listed = [
        messages.Schema.Attribute(
            name=name,
            type=json.dumps(attribute.type).encode(),
            required=attribute.required,
            optional=not attribute.required and not attribute.computed,
            computed=attribute.computed,
            sensitive=attribute.sensitive,
        )
        for name, attribute in attributes.items()
    ]
    return messages.Schema(block=messages.Schema.Block(attributes=listed, block_types=nested))


def _diagnostic(refused: RefusedError) -> Any:
    return messages.Diagnostic(
        severity="ERROR",
        summary=refused.summary,
        detail=refused.detail,
        attribute=_path(refused.attribute) if refused.attribute else None,
    )


def _path(name: str) -> Any:
    return messages.Path(steps=[messages.Path.Step(attribute_name=name)])


def _decode(value: Any) -> Any:
    return msgpack.unpackb(value.msgpack)


def _encode(values: Values) -> Any:
    return messages.Value(msgpack=msgpack.packb(values))
