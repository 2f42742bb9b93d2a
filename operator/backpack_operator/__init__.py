"""The operator: turns `Backpack` custom resources into running back ends.

kopf is only the informer. Its events fill a small cache and a deduplicating
queue; a reconcile then gathers what is there, decides (a pure function) what
should be, applies the difference, and writes the status.
"""
