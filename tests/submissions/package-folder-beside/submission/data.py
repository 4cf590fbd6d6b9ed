import numpy as np


def make_dataset(num_points):
    points = []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        points.append((r * np.sin(a), r * np.cos(a)))
    labels = np.zeros(num_points, dtype=int)
    labels[:num_points // 2] = 1
    return np.array(points), labels
