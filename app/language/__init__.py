"""The language of a routine: what workflow.yaml may say, read, checked and compiled. No database, no web."""
