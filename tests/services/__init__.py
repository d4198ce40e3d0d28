"""The real programs that tests run against, found on this machine and started for a run: PostgreSQL, Redis, a browser.

`CMS_TEST_POSTGRES` and `CMS_TEST_REDIS` name servers to use instead of starting some.
"""
