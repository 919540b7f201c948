// Go's net/http as a client of HTTP/1.1: requests to the server at os.Args[1].
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func try(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func send(method, url string, body io.Reader, expect bool) {
	request, err := http.NewRequest(method, url, body)
	try(err)
	if expect {
		request.Header.Set("Expect", "100-continue")
	}
	response, err := http.DefaultClient.Do(request)
	try(err)
	_, err = io.Copy(io.Discard, response.Body)
	try(err)
	response.Body.Close()
	if response.StatusCode != 200 {
		try(fmt.Errorf("%s %s: %s", method, url, response.Status))
	}
}

func main() {
	server := os.Args[1]
	for i := 1; i <= 50; i++ {
		send("GET", fmt.Sprintf("%s/bytes/%d", server, 100*i), nil, false)
	}
	send("HEAD", server+"/bytes/5", nil, false)
	send("POST", server+"/echo", bytes.NewReader(make([]byte, 300_000)), false)
	send("POST", server+"/echo", bytes.NewReader(make([]byte, 300_000)), true)
	// Of unknown length: chunks.
	send("PUT", server+"/echo", io.MultiReader(strings.NewReader("Hello, "), strings.NewReader("world")), false)
}
