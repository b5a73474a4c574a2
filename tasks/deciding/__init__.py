"""Deciding in a row: what waits for one person, one after the other, evidence beside the decision."""
