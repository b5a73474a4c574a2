"""What the chaos test is made of; the test itself is `tests/notices/test_chaos.py`."""
