"""`make up` and what belongs to it: a cluster, the images, the chart, an example.

The cluster comes from one of two providers, which the rest doesn't tell apart:
kind where a Docker engine answers, else the project's own `devcluster`.
"""
