"""Whole routines: their scenarios, and random people in each."""
