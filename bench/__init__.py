"""Measures speed, as a ratio to plain reading of the same rows in the same run; run by hand, never by the tests."""
