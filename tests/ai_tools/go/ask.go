// Sends a prompt by Go's standard library.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

const prompt = `{"model": "claude-opus-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Say hello."}]}`

func main() {
	request, err := http.NewRequest("POST", "https://api.anthropic.com/v1/messages", strings.NewReader(prompt))
	if err != nil {
		panic(err)
	}
	request.Header.Set("X-Api-Key", os.Getenv("ANTHROPIC_API_KEY"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	answer, _ := io.ReadAll(response.Body)
	fmt.Println(string(answer))
}
