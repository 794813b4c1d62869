"""What the APIs of AI providers answer to any prompt: one sentence, in the form of each API.

A streamed answer is a list of events. They contain only what the tools require.
"""

from __future__ import annotations

from itertools import count
from typing import Any

TEXT = "Hello from the provider"

JsonObject = dict[str, Any]


# -- Anthropic: https://docs.anthropic.com/en/api/messages-streaming


def message(model: str) -> JsonObject:
    """Return an answer of the Messages API."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": TEXT}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }


def message_events(model: str) -> list[JsonObject]:
    """Return the same, streamed."""
    whole = message(model)
    return [
        {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": TEXT}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 4},
        },
        {"type": "message_stop"},
    ]


# -- OpenAI: https://platform.openai.com/docs/api-reference/responses-streaming, .../chat-streaming


def response(model: str) -> JsonObject:
    """Return an answer of the Responses API."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": model,
        "status": "completed",
        "output": [_output_item()],
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1,
        "usage": {
            "input_tokens": 3,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 4,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 7,
        },
    }


def response_events(model: str) -> list[JsonObject]:
    """Return the same, streamed, over HTTP or over a WebSocket."""
    whole, item = response(model), _output_item()
    (part,) = item["content"]
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    in_item = {"output_index": 0, "item_id": item["id"]}
    in_part = {**in_item, "content_index": 0}
    events: list[JsonObject] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **in_part, "part": {**part, "text": ""}},
        {"type": "response.output_text.delta", **in_part, "delta": TEXT, "logprobs": []},
        {"type": "response.output_text.done", **in_part, "text": TEXT, "logprobs": []},
        {"type": "response.content_part.done", **in_part, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    return [{**event, "sequence_number": number} for number, event in zip(count(), events)]


def _output_item() -> JsonObject:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": TEXT, "annotations": []}],
    }


# https://platform.openai.com/docs/api-reference/realtime-server-events
REALTIME_SESSION = {
    "type": "session.created",
    "event_id": "event_1",
    "session": {"type": "realtime", "id": "sess_1", "object": "realtime.session", "model": "gpt-realtime"},
}


def realtime_events(asked: JsonObject) -> list[JsonObject]:
    """Return what the Realtime API answers to an event."""
    if asked["type"] != "response.create":
        return []
    in_item = {"response_id": "resp_1", "item_id": "msg_1", "output_index": 0, "content_index": 0}
    return [{"type": "response.output_text.done", "event_id": "event_2", "text": TEXT, **in_item}]


def completion(model: str) -> JsonObject:
    """Return an answer of the Chat Completions API."""
    choice = {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    return {**_completion("chat.completion", model), "choices": [choice], "usage": _COMPLETION_USAGE}


def completion_chunks(model: str) -> list[JsonObject]:
    """Return the same, streamed."""
    chunk = _completion("chat.completion.chunk", model)
    delta = {"role": "assistant", "content": TEXT}
    return [
        {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {**chunk, "choices": [], "usage": _COMPLETION_USAGE},
    ]


def _completion(kind: str, model: str) -> JsonObject:
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": model}


_COMPLETION_USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


# -- Google: https://ai.google.dev/api/generate-content


def generated() -> JsonObject:
    """Return an answer of the Gemini API, which is also the only event of a streamed one."""
    return {
        "candidates": [
            {"content": {"role": "model", "parts": [{"text": TEXT}]}, "finishReason": "STOP", "index": 0},
        ],
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4, "totalTokenCount": 7},
        "modelVersion": "gemini-2.5-pro",
        "responseId": "r1",
    }


def live_events(asked: JsonObject) -> list[JsonObject]:
    """Return what Google's Live API answers to a message."""
    if "setup" in asked:
        return [{"setupComplete": {}}]
    turn = {"role": "model", "parts": [{"text": TEXT}]}
    return [{"serverContent": {"modelTurn": turn, "turnComplete": True}}]


# -- Amazon: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html


def conversed() -> JsonObject:
    """Return an answer of Bedrock's Converse API."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": TEXT}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7},
        "metrics": {"latencyMs": 1},
    }


# -- Cohere: https://docs.cohere.com/reference/chat


def chatted() -> JsonObject:
    """Return an answer of Cohere's Chat API."""
    message = {"role": "assistant", "content": [{"type": "text", "text": TEXT}]}
    return {"id": "c1", "finish_reason": "COMPLETE", "message": message}


# -- Model Context Protocol: https://modelcontextprotocol.io/specification


def mcp_result(method: str, asked: JsonObject) -> JsonObject:
    """Return the result of a call to a server with one tool."""
    if method == "initialize":
        server = {"name": "example", "version": "1.0.0"}
        return {"protocolVersion": asked["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": server}
    return {"tools": [{"name": "hello", "description": TEXT, "inputSchema": {"type": "object"}}]}
