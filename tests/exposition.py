"""What a scrape tells, as Prometheus itself would read it."""

from prometheus_client.parser import text_string_to_metric_families


def counted_in(text: str) -> dict[str, float]:
    """By name and labels."""
    return {
        f"{sample.name}{dict(sorted(sample.labels.items())) or ''}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
