"""What the page of one task shows: its panel of verbs, its story, and what a former lead still reads."""
