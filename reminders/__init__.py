"""What is owed about tasks: who is reminded when, who above is told, and each kind of notice about a task."""
