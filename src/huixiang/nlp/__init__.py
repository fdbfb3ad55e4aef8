"""Chinese text in, plain facts out: tokens, cleaned text, personal data, likeness and topic evidence.

The room promises that every function is pure (same text, same answer), works on any string a browser can send – lone
surrogates, NUL and invisible characters included – and touches no Django, no clock, no database and no network.
"""
