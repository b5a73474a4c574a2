"""A body runs itself: who keeps its members makes the bodies below it, and enters their people."""
