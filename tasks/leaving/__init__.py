"""Somebody leaves: who takes over the tasks that name them."""
