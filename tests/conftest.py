"""What every test gets. Factories are in tests/factories, one module an app."""

pytest_plugins = ["tests.factories.company", "tests.factories.database"]
