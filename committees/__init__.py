"""People, bodies, offices and memberships, and what each office may do."""
