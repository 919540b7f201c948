// Go's net/http client against the server at URL, whose authority is in the file CA: go_client URL CA.
// Prints a line for each conversation.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

var base string
var client *http.Client

// The body of an answer over HTTP/2 with status 200.
func fetch(request *http.Request) ([]byte, *http.Response, error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && (response.ProtoMajor != 2 || response.StatusCode != 200) {
		err = fmt.Errorf("%s %s", response.Proto, response.Status)
	}
	return body, response, err
}

func get(path string) ([]byte, error) {
	request, _ := http.NewRequest("GET", base+path, nil)
	body, _, err := fetch(request)
	return body, err
}

func download() error {
	body, err := get("/bytes/3000000")
	if err == nil && len(body) != 3000000 {
		err = fmt.Errorf("%d octets", len(body))
	}
	return err
}

func upload() error {
	content := make([]byte, 2000000)
	rand.Read(content)
	request, _ := http.NewRequest("POST", base+"/echo", io.NopCloser(bytes.NewReader(content)))
	request.Trailer = http.Header{"X-Sum": {"abc"}}
	body, response, err := fetch(request)
	if err == nil && !bytes.Equal(body, content) {
		err = fmt.Errorf("the echo differs")
	}
	if err == nil && response.Trailer.Get("X-Sum") != "abc" {
		err = fmt.Errorf("trailers: %v", response.Trailer)
	}
	return err
}

func many() error {
	var group sync.WaitGroup
	errs := make(chan error, 300)
	for n := 0; n < 300; n++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			body, err := get(fmt.Sprintf("/bytes/%d", n))
			if err == nil && len(body) != n {
				err = fmt.Errorf("%d octets instead of %d", len(body), n)
			}
			if err != nil {
				errs <- err
			}
		}(n)
	}
	group.Wait()
	close(errs)
	return <-errs
}

func cancelled() error {
	context, cancel := context.WithCancel(context.Background())
	request, _ := http.NewRequestWithContext(context, "GET", base+"/bytes/1000000000", nil)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	io.ReadFull(response.Body, make([]byte, 100000))
	cancel()
	response.Body.Close()
	return download()
}

func resumed() error {
	client.CloseIdleConnections()
	request, _ := http.NewRequest("GET", base+"/bytes/1", nil)
	_, response, err := fetch(request)
	if err == nil && !response.TLS.DidResume {
		err = fmt.Errorf("the session was not resumed")
	}
	return err
}

func main() {
	base = os.Args[1]
	pem, _ := os.ReadFile(os.Args[2])
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client = &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(8)},
	}}
	for _, conversation := range []struct {
		name string
		run  func() error
	}{
		{"three megabytes", download},
		{"POST with trailers, two megabytes", upload},
		{"three hundred requests at once", many},
		{"a download that is cancelled", cancelled},
		{"the next connection resumes the session", resumed},
	} {
		if err := conversation.run(); err != nil {
			fmt.Printf("FAILED  %s: %v\n", conversation.name, err)
		} else {
			fmt.Printf("ok  %s\n", conversation.name)
		}
	}
	fmt.Println("done")
}
