"""Notices that are owed to people, the letters that carry them, and the working calendar."""
