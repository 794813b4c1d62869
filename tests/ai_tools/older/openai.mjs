import { globalAgent } from "node:https";

const [, , version, agent] = process.argv;
const { default: OpenAI } = await import(`openai-${version}`);
const client = new OpenAI({ maxRetries: 0, ...(agent && { httpAgent: globalAgent }) });
const response = await client.responses.create({ model: "gpt-5", input: "Say hello." });
console.log(response.output_text);
