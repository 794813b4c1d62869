// Reads JSON strings, one a line, and prints for each what net/url makes of it, or null.
package main

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os"
)

func read(text string) []string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return nil
	}
	password, _ := parsed.User.Password()
	return []string{parsed.Scheme, parsed.Hostname(), parsed.Port(), parsed.User.Username(), password, parsed.EscapedPath()}
}

func main() {
	lines := json.NewDecoder(bufio.NewReader(os.Stdin))
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	results := json.NewEncoder(output)
	var text string
	for lines.Decode(&text) == nil {
		results.Encode(read(text))
	}
}
