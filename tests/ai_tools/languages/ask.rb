# Sends a prompt by Ruby's standard library: ask.rb [http_proxy].
require "json"
require "net/http"

ENV["http_proxy"] = ENV["HTTPS_PROXY"] if ARGV.include?("http_proxy")
prompt = { model: "claude-opus-5-5", max_tokens: 100, messages: [{ role: "user", content: "Say hello." }] }
headers = { "Content-Type" => "application/json", "X-Api-Key" => ENV.fetch("ANTHROPIC_API_KEY") }
answer = Net::HTTP.post(URI("https://api.anthropic.com/v1/messages"), JSON.generate(prompt), headers)
puts JSON.parse(answer.body)["content"][0]["text"]
