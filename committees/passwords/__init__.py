"""Letters with which people choose a password themselves: their first one, or one for a forgotten one."""
