"""Tables cost more than any other text, so that their number of cells is bounded."""

from cms.core.markdown import MAX_CELLS, render_article


def table(columns: int, rows: int) -> str:
    return "\n".join(["|" + "a|" * columns, "|" + "-|" * columns, *["|" + "x|" * columns] * (rows - 1)]) + "\n"


def test_a_table_of_many_cells_is_a_table() -> None:
    article = render_article(table(10, MAX_CELLS // 11))

    assert article.html.count("<tr>") == MAX_CELLS // 11
    assert not article.lacks_tables


def test_a_table_of_too_many_cells_is_the_text_that_it_was() -> None:
    article = render_article("Before.\n\n" + table(100, 100) + "\nAfter.")

    assert "<table" not in article.html
    assert article.lacks_tables
    assert "<p>Before.</p>" in article.html
    assert "<p>After.</p>" in article.html
    assert article.html.count("x|") == 9_900


def test_the_cells_that_padding_would_make_count_as_well() -> None:
    head = "|" + "a|" * 1_000 + "\n|" + "-|" * 1_000 + "\n"

    assert "<table" not in render_article(head + "|x\n" * 1_000).html


def test_all_tables_of_a_text_count_together_and_those_before_the_bound_stay() -> None:
    article = render_article((table(10, 100) + "\n") * 6)

    assert 1 <= article.html.count("<table") < 6
    assert article.lacks_tables


def test_one_text_does_not_bear_on_the_next() -> None:
    render_article(table(100, 100))

    assert "<table" in render_article(table(2, 2)).html
