"""What a preparation reads besides orders, and what it makes of it: one module a topic, all listed in ``registry``.

``reading`` goes through the topics behind the orders, ``booking`` through their facts that no entry carries yet. A
topic that can't be read never holds up the others: the sync says which one is missing and why.
"""
