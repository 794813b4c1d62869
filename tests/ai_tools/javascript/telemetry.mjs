import { globalAgent } from "node:https";

import { OTLPTraceExporter as ByGrpc } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as ByHttp } from "@opentelemetry/exporter-trace-otlp-http";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

const exporters = {
  agent: () => new ByHttp({ httpAgentOptions: () => globalAgent }),
  grpc: () => new ByGrpc(),
  http: () => new ByHttp(),
};
const exporter = exporters[process.argv[2]]();
const result = new Promise((resolve) => {
  const send = exporter.export.bind(exporter);
  exporter.export = (spans) => send(spans, resolve);
});
new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer("test").startSpan("hello").end();
const { code, error } = await result;
console.log(code === 0 ? "SUCCESS" : error);
process.exit(code);
