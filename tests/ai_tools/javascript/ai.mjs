import { anthropic } from "@ai-sdk/anthropic";
import { generateText } from "ai";

const { text } = await generateText({ model: anthropic("claude-opus-5-5"), prompt: "Say hello.", maxRetries: 0 });
console.log(text);
