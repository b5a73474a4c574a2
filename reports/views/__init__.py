"""The pages of the board and of a person's files."""
