import { globalAgent } from "node:https";

import { BedrockRuntimeClient, ConverseCommand } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

// By itself it connects past the proxy, over HTTP/2; the agent is what NODE_USE_ENV_PROXY has configured.
const handlers = {
  agent: { requestHandler: new NodeHttpHandler({ httpsAgent: globalAgent }) },
  "http/1.1": { requestHandler: new NodeHttpHandler() },
};
const client = new BedrockRuntimeClient({ maxAttempts: 1, ...handlers[process.argv[2]] });
const messages = [{ role: "user", content: [{ text: "Say hello." }] }];
const { output } = await client.send(new ConverseCommand({ modelId: "claude", messages }));
console.log(output.message.content[0].text);
