"""Names of bodies as papers write them, read as the bodies they mean."""
