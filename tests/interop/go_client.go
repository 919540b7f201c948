// Go's net/http client against the server at URL: go_client URL [CA [1.1]]. Over TLS with a server whose
// authority is in the file CA, in HTTP/2 or HTTP/1.1; in HTTP/1.1 without it. Prints a line for each conversation.
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
	"time"
)

var base string
var client *http.Client

// The version that is to be spoken.
var version = 2

// The body of an answer over that version with status 200.
func fetch(request *http.Request) ([]byte, *http.Response, error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && (response.ProtoMajor != version || response.StatusCode != 200) {
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

func early() error {
	content := bytes.NewReader(make([]byte, 500000))
	request, _ := http.NewRequest("POST", base+"/echo", content)
	request.Header.Set("Expect", "100-continue")
	body, _, err := fetch(request)
	if err == nil && len(body) != 500000 {
		err = fmt.Errorf("%d octets", len(body))
	}
	return err
}

type conversation struct {
	name string
	run  func() error
}

func main() {
	base = os.Args[1]
	conversations := []conversation{
		{"three megabytes", download},
		{"POST with trailers, two megabytes", upload},
		{"a POST that waits for 100", early},
		{"three hundred requests at once", many},
		{"a download that is cancelled", cancelled},
	}
	transport := &http.Transport{MaxConnsPerHost: 20, ExpectContinueTimeout: time.Minute}
	if len(os.Args) > 2 {
		pem, _ := os.ReadFile(os.Args[2])
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(8)}
		conversations = append(conversations, conversation{"the next connection resumes the session", resumed})
	}
	if len(os.Args) == 3 {
		transport.MaxConnsPerHost = 0
		transport.ExpectContinueTimeout = 0
		transport.ForceAttemptHTTP2 = true
	} else {
		version = 1
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{} // no HTTP/2
	}
	client = &http.Client{Transport: transport}
	for _, one := range conversations {
		if err := one.run(); err != nil {
			fmt.Printf("FAILED  %s: %v\n", one.name, err)
		} else {
			fmt.Printf("ok  %s\n", one.name)
		}
	}
	fmt.Println("done")
}
