<?php
// Sends a prompt by PHP's streams: ask.php [proxy].
$prompt = ["model" => "claude-opus-5-5", "max_tokens" => 100, "messages" => [["role" => "user", "content" => "Say hello."]]];
$http = [
    "method" => "POST",
    "header" => ["Content-Type: application/json", "X-Api-Key: " . getenv("ANTHROPIC_API_KEY")],
    "content" => json_encode($prompt),
    // Over TLS it waits for an answer that does not come.
    "timeout" => 20,
];
if (($argv[1] ?? "") === "proxy") {
    $proxy = parse_url(getenv("HTTPS_PROXY"));
    $http["proxy"] = "tcp://{$proxy['host']}:{$proxy['port']}";
    $http["header"][] = "Proxy-Authorization: Basic " . base64_encode("{$proxy['user']}:{$proxy['pass']}");
}
$answer = file_get_contents("https://api.anthropic.com/v1/messages", false, stream_context_create(["http" => $http]));
if ($answer === false) {
    exit(1);
}
echo json_decode($answer)->content[0]->text;
