"""The real programs that tests run against, found on this machine and started for a run: databases, brokers, a browser.

`CMS_TEST_POSTGRES`, `CMS_TEST_REDIS` and `CMS_TEST_RABBITMQ` (without a virtual host) name servers to use instead of
starting some.
"""
