"""Mutants: the product with one small fault each, and whether a test notices. See docs/testing.md."""
