"""The demonstration: real orders and tasks with an invented course of events, and data for measurements."""
