"""The register of orders: entering them, how they relate, and what becomes of the tasks of a replaced one."""
