"""A real Kubernetes on one Linux machine, without Docker: the development cluster.

`control_plane` is etcd and the API server, which is enough for the operator's
tests; `cluster` adds the node. `cli` is the `devcluster` command.
"""
