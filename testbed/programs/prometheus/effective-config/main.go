// Command effective-config says how Prometheus itself reads a prometheus.yaml: it is the oracle of the YAML editor.
//
// In: any number of documents on stdin, each a 4-byte big-endian length and that many bytes.
// Out: one line of JSON per document, in order: {"ok":true,"config":…} or {"ok":false,"error":"…"}.
// Defaults are filled in, secrets are in clear so that they compare, and file paths stay as written.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	commonconfig "github.com/prometheus/common/config"
	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/plugins" // registers every service discovery, as the server does
	"go.yaml.in/yaml/v2"
)

type answer struct {
	OK     bool   `json:"ok"`
	Config any    `json:"config,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	commonconfig.MarshalSecretValue = true
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "effective-config:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	reader, writer := bufio.NewReader(in), bufio.NewWriter(out)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for {
		var length uint32
		if err := binary.Read(reader, binary.BigEndian, &length); errors.Is(err, io.EOF) {
			return writer.Flush()
		} else if err != nil {
			return fmt.Errorf("read the length of a document: %w", err)
		}
		document := make([]byte, length)
		if _, err := io.ReadFull(reader, document); err != nil {
			return fmt.Errorf("read a document of %d bytes: %w", length, err)
		}
		if err := encoder.Encode(parse(string(document))); err != nil {
			return err
		}
		// A caller may ask one question at a time and wait for each answer.
		if reader.Buffered() == 0 {
			if err := writer.Flush(); err != nil {
				return err
			}
		}
	}
}

// parse never panics: the editor's tests feed it damaged bytes on purpose.
func parse(document string) (result answer) {
	defer func() {
		if cause := recover(); cause != nil {
			result = answer{Error: fmt.Sprintf("panic: %v", cause)}
		}
	}()
	parsed, err := config.Load(document, slog.New(slog.DiscardHandler))
	if err != nil {
		return answer{Error: err.Error()}
	}
	// The config only knows how to write itself as YAML; read that back without types to get at its JSON.
	text, err := yaml.Marshal(parsed)
	if err != nil {
		return answer{Error: "marshal: " + err.Error()}
	}
	var generic any
	if err := yaml.Unmarshal(text, &generic); err != nil {
		return answer{Error: "read back: " + err.Error()}
	}
	return answer{OK: true, Config: jsonable(generic)}
}

// jsonable turns the any-keyed maps of yaml.v2 into what encoding/json accepts.
func jsonable(value any) any {
	switch typed := value.(type) {
	case map[any]any:
		object := make(map[string]any, len(typed))
		for key, item := range typed {
			object[fmt.Sprint(key)] = jsonable(item)
		}
		return object
	case []any:
		for index, item := range typed {
			typed[index] = jsonable(item)
		}
	case float64:
		// JSON has no NaN or infinity; a config may (in a native histogram factor).
		if _, err := json.Marshal(typed); err != nil {
			return fmt.Sprint(typed)
		}
	}
	return value
}
