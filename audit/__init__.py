"""The audit trail: one append-only chain of events that says who changed what, and when."""
