"""How each person arranges the back office for themselves: the columns of a list, and views of lists that they keep.

Nothing here is content: it leaves no events, and it goes with the person.
"""
