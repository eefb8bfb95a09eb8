"""An option of this project's own."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--run-failing", action="store_true", help="run the test that fails, too")
