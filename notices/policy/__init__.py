"""The reminder policy of a body: its steps and hours, and how it is changed."""
