// A server of HTTP/2 and HTTP/1.1 on Go, over TLS if it is given a certificate: go_origin PORT ROOT [CERTIFICATE KEY]. Serves the files of ROOT, and /echo with a
// trailer that counts.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

func echo(writer http.ResponseWriter, request *http.Request) {
	var body io.Reader = request.Body
	if request.ProtoMajor == 1 { // net/http reads no more of it once an answer is written
		whole, _ := io.ReadAll(body)
		body = bytes.NewReader(whole)
	}
	writer.Header().Set("Trailer", "x-size")
	writer.WriteHeader(http.StatusOK)
	size, _ := io.Copy(writer, body)
	writer.Header().Set("x-size", fmt.Sprint(size))
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", echo)
	mux.Handle("/", http.FileServer(http.Dir(os.Args[2])))
	address := "127.0.0.1:" + os.Args[1]
	if len(os.Args) > 3 {
		log.Fatal(http.ListenAndServeTLS(address, os.Args[3], os.Args[4], mux))
	}
	log.Fatal(http.ListenAndServe(address, h2c.NewHandler(mux, &http2.Server{})))
}
