"""Changing the routine: drafts, what they would do to each open case, publishing, and whether all is covered."""
