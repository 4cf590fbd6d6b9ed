# my numpy notes from week 1
# a = numpy.array([1, 2, 3])
# a.shape -> (3,)
# a @ a   -> 14


def array(x):
    """trying to write array() myself"""
    return list(x)


print(array((1, 2, 3)))
