"""The table of operations by name, and how their parameters are read."""
OPERATIONS = {}


def operation(function):
    OPERATIONS[function.__name__] = function
    return function


def numbers(a, key, tensor, default=None):
    """A list of integers given as an input tensor or, in the short form, as an attribute of the same name."""
    if tensor is not None:
        return [int(v) for v in tensor.reshape(-1)]
    value = a.get(key, default)
    return [value] if isinstance(value, int) else value


def spatial(x):
    return x.dim() - 2
