"""Orders and tasks, and everything that happens to them from draft to completion."""
