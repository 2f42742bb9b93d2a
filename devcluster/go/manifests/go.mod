module backpack.dev/devcluster/manifests

go 1.26.0

// Nothing here is compiled: these modules carry definitions and schemas that the
// project's own files are checked against.
require (
	github.com/GoogleContainerTools/skaffold/v2 v2.16.1
	github.com/prometheus-operator/prometheus-operator v0.85.0
)
