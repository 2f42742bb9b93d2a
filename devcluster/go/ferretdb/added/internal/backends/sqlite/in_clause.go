// Added by backpack: finding documents by several ids with one look into the index each.

package sqlite

import (
	"fmt"
	"strings"

	"github.com/FerretDB/FerretDB/internal/backends/sqlite/metadata"
	"github.com/FerretDB/FerretDB/internal/handler/sjson"
	"github.com/FerretDB/FerretDB/internal/types"
	"github.com/FerretDB/FerretDB/internal/util/must"
)

// maxIDs is far below the number of parameters that SQLite takes.
const maxIDs = 1000

// prepareInClause returns the WHERE clause, and its arguments, for `{$in: [...]}` on _id where all
// elements are strings. For anything else it returns none: all documents are read then, and the
// handler filters them, as it does with those that this clause lets through.
func prepareInClause(filter *types.Document) (string, []any) {
	v, _ := filter.Get("$in")
	ids, ok := v.(*types.Array)

	if !ok || filter.Len() != 1 || ids.Len() == 0 || ids.Len() > maxIDs {
		return "", nil
	}

	args := make([]any, ids.Len())

	for i := range args {
		id, ok := must.NotFail(ids.Get(i)).(string)
		if !ok {
			return "", nil
		}

		args[i] = string(must.NotFail(sjson.MarshalSingleValue(id)))
	}

	placeholders := strings.Repeat(", ?", len(args))[2:]

	return fmt.Sprintf(` WHERE %s IN (%s)`, metadata.IDColumn, placeholders), args
}
