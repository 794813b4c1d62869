"""Sends a prompt by Amazon's SDK."""

import boto3

bedrock = boto3.client("bedrock-runtime")
answer = bedrock.converse(modelId="claude", messages=[{"role": "user", "content": [{"text": "Say hello."}]}])
print(answer["output"]["message"]["content"][0]["text"])
