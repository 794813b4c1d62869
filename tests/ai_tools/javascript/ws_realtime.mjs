import { globalAgent } from "node:https";

import { OpenAIRealtimeWS } from "openai/realtime/ws";

const options = process.argv[2] === "agent" ? { agent: globalAgent } : {};
const realtime = new OpenAIRealtimeWS({ model: "gpt-realtime", options });
realtime.on("session.created", () => realtime.send({ type: "response.create" }));
realtime.on("response.output_text.done", ({ text }) => {
  console.log(text);
  realtime.close();
});
realtime.on("error", ({ message }) => {
  console.error(message);
  process.exit(1);
});
