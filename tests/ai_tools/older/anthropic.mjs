import { globalAgent } from "node:https";

const [, , version, agent] = process.argv;
const { default: Anthropic } = await import(`anthropic-${version}`);
const client = new Anthropic({ maxRetries: 0, ...(agent && { httpAgent: globalAgent }) });
const messages = [{ role: "user", content: "Say hello." }];
const message = await client.messages.create({ model: "claude-opus-5-5", max_tokens: 100, messages });
console.log(message.content[0].text);
