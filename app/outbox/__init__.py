"""Mails: written in the event's own transaction, delivered afterwards, none lost and none invented."""
