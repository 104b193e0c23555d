"""The first day: assets, demo data and everything a new installation needs once."""
