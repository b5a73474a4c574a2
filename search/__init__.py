"""Search everywhere, each person in what they may read: tasks, orders, bodies, people, evidence, notes."""
