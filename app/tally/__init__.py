"""Numbers of reports kept by the year, so that a report goes through the cases that have changed, not through all."""
