"""The demo: the whole way of an advisory on data made up for it, without a network."""
