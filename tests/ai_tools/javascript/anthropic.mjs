import Anthropic from "@anthropic-ai/sdk";

const message = await new Anthropic({ maxRetries: 0 }).messages.create({
  model: "claude-opus-5-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "Say hello." }],
});
console.log(message.content[0].text);
