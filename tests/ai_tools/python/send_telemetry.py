"""Sends a span by OpenTelemetry's exporters: send_telemetry.py http|grpc."""

import sys

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as ByGrpc
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as ByHttp
from opentelemetry.sdk.trace import TracerProvider

exporter = ByGrpc(timeout=10) if sys.argv[1] == "grpc" else ByHttp(timeout=10)
tracer = TracerProvider().get_tracer("test")
with tracer.start_as_current_span("hello") as span:
    pass
print(exporter.export([span]))
