from __future__ import annotations


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: an answer that is ended by the time limit alone")
