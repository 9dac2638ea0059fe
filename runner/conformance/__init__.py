"""Whether the components of a plugin do what their kinds promise: `runner.testing.checks("acme_runner")`.

`contracts.py` is the law; here each of its sentences that can be seen on small data is a check, a function
named by what it asserts. `suite` lists the checks of a plugin, the other files hold them by family.
"""
