"""What the chaos test is made of; the test itself is `tests/test_chaos.py`."""
