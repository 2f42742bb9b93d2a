// promrules reads a file of Prometheus rules, and queries on standard input, one a
// line, as Prometheus itself would, and says what it would refuse.
package main

import (
	"bufio"
	"fmt"
	"log/slog"
	"os"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	wrong := false
	reads := parser.NewParser(parser.Options{})
	for _, name := range os.Args[1:] {
		_, errs := rulefmt.ParseFile(name, false, model.LegacyValidation, reads, slog.Default())
		for _, err := range errs {
			wrong = true
			fmt.Println(err)
		}
	}
	queries := bufio.NewScanner(os.Stdin)
	for queries.Scan() {
		if _, err := reads.ParseExpr(queries.Text()); err != nil {
			wrong = true
			fmt.Printf("%s: %v\n", queries.Text(), err)
		}
	}
	if wrong {
		os.Exit(1)
	}
}
