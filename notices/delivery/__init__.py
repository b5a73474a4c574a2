"""How letters leave: what stands in one, the sender, and what a mail server answers."""
