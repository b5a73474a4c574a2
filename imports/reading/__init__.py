"""Reads the tables of a Word or Excel file, in a process of its own with limits."""
