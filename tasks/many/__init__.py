"""One verb is carried out on many tasks: chosen in a list, looked at, then each done by its own action."""
