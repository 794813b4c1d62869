"""Sends a prompt by httplib2: ask_by_httplib2.py [ca-certs]."""

import json
import os
import sys

import httplib2

PROMPT = {"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]}

options = {"ca_certs": os.environ["SSL_CERT_FILE"]} if "ca-certs" in sys.argv else {}
headers = {"Content-Type": "application/json", "X-Api-Key": os.environ["ANTHROPIC_API_KEY"]}
url = "https://api.anthropic.com/v1/messages"
_, answer = httplib2.Http(**options).request(url, "POST", json.dumps(PROMPT), headers)
print(json.loads(answer)["content"][0]["text"])
