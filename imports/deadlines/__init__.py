"""What the words of a deadline cell mean: a day, a period, a cycle, or nothing certain."""
