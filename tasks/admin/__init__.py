"""Orders and tasks in the admin: the same scope, rules and actions as the pages, in the admin's form."""

from tasks.admin import fan_outs, labels, orders, tasks

__all__ = ["fan_outs", "labels", "orders", "tasks"]
