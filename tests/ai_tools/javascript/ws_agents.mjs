import { globalAgent } from "node:https";

import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from "@openai/agents/realtime";
import WebSocket from "ws";

const apiKey = process.env.OPENAI_API_KEY;
const headers = { Authorization: `Bearer ${apiKey}` };
const options = { createWebSocket: async ({ url }) => new WebSocket(url, { headers, agent: globalAgent }) };
const transport = new OpenAIRealtimeWebSocket(process.argv[2] === "createWebSocket" ? options : {});
const session = new RealtimeSession(new RealtimeAgent({ name: "Assistant" }), { transport, model: "gpt-realtime" });
transport.on("response.output_text.done", ({ text }) => {
  console.log(text);
  session.close();
});
session.on("error", ({ error }) => {
  console.error(error);
  process.exit(1);
});
await session.connect({ apiKey });
session.sendMessage("Say hello.");
