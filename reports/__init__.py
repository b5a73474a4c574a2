"""The board of counts, and the lists, counts and reports that people take away as files."""
