"""Backpacks, as a cluster's own API knows them: for who has a kubeconfig and no dashboard."""
