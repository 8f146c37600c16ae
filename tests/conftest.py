"""Every property, in whatever directory, gets the examples that this run is given."""

from support.examples import take_as_default

take_as_default()  # conftest files are read before every test
