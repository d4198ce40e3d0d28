"""How each person arranges the back office for themselves, and what they typed there and did not save.

The columns of a list, views of lists that they keep, and unsaved texts: nothing here is content, it leaves no events,
and it goes with the person.
"""
