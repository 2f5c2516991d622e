"""The search for visit plans over several days and routes: tear out neighbouring stops, put them back better.

`problem` holds the arrays that it works on, `search` runs it; the other modules are its compiled steps.
"""
