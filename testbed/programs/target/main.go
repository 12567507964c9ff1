// Command target is a scrape target: it serves /metrics over HTTP, or over TLS with client certificates demanded or not.
// It is written in Go because Node hangs up on a client certificate that it refuses, where Envoy and Go send the TLS
// alert that Prometheus then shows. One JSON line per scrape and per failed handshake goes to stdout.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

type event struct {
	At      time.Time `json:"at"`
	Peer    string    `json:"peer,omitempty"`
	Serial  string    `json:"serial,omitempty"`
	Failure string    `json:"failure,omitempty"`
}

var stdout sync.Mutex

func report(e event) {
	e.At = time.Now()
	line, err := json.Marshal(e)
	if err != nil {
		log.Fatal(err)
	}
	stdout.Lock()
	defer stdout.Unlock()
	fmt.Println(string(line))
}

// failures makes events of what the server would log.
type failures struct{}

func (failures) Write(text []byte) (int, error) {
	report(event{Failure: strings.TrimSpace(string(text))})
	return len(text), nil
}

// fromFiles reads the files as an agent writes them, at each handshake, so that a renewed certificate is served at once.
func fromFiles(directory string, demand, http2 bool) (*tls.Config, error) {
	file := func(name string) string { return filepath.Join(directory, name) }
	pair, err := tls.LoadX509KeyPair(file("cert-chain.pem"), file("key.pem"))
	if err != nil {
		return nil, err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}
	if http2 {
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	if !demand {
		return config, nil
	}
	root, err := os.ReadFile(file("root-cert.pem"))
	if err != nil {
		return nil, err
	}
	config.ClientCAs = x509.NewCertPool()
	config.ClientCAs.AppendCertsFromPEM(root)
	config.ClientAuth = tls.RequireAndVerifyClientCert
	return config, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:8080", "address and port to serve /metrics at")
	name := flag.String("name", "target", "value of the label `target` of its metric")
	directory := flag.String("certificates", "", "directory of cert-chain.pem, key.pem and root-cert.pem; plain HTTP without")
	demand := flag.Bool("demand", false, "demand a client certificate that root-cert.pem's authority signed")
	http2 := flag.Bool("http2", true, "offer HTTP/2 to TLS clients, as Envoy does for a port named http")
	flag.Parse()

	var count int
	var counting sync.Mutex
	handler := func(response http.ResponseWriter, request *http.Request) {
		var seen event
		if request.TLS != nil && len(request.TLS.PeerCertificates) > 0 {
			peer := request.TLS.PeerCertificates[0]
			seen.Serial = fmt.Sprintf("%X", peer.SerialNumber)
			for _, uri := range peer.URIs {
				seen.Peer = uri.String()
			}
		}
		report(seen)
		counting.Lock()
		count++
		text := fmt.Sprintf("# TYPE testbed_target_scrapes_total counter\ntestbed_target_scrapes_total{target=%q} %d\n", *name, count)
		counting.Unlock()
		response.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprint(response, text)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", handler)
	server := &http.Server{Addr: *address, Handler: mux, ErrorLog: log.New(failures{}, "", 0)}
	if *directory == "" {
		log.Fatal(server.ListenAndServe())
	}
	server.TLSConfig = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return fromFiles(*directory, *demand, *http2)
	}}
	// ServeTLS wants a certificate of its own beside GetConfigForClient.
	if config, err := fromFiles(*directory, *demand, *http2); err == nil {
		server.TLSConfig.Certificates = config.Certificates
	}
	log.Fatal(server.ListenAndServeTLS("", ""))
}
