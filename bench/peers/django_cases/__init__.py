"""The small tables as a Django application."""
