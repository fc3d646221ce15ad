"""Starts servers, asks them, makes answers comparable, compares, reports."""
