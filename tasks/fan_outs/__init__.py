"""One task given to many bodies at once, each with a task of its own."""
