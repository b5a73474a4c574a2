"""What is owed about tasks: who is reminded when, who above is told, every kind of notice about a task."""
