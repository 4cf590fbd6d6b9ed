import numpy as np

π = np.pi
σ = lambda z: 1 / (1 + np.exp(-z))


def make_dataset(num_points):
    def Δ(ρ1, ρ2):
        ρ = np.random.uniform(ρ1, ρ2)
        φ = np.random.uniform(0, 2 * π)
        return ρ * np.sin(φ), ρ * np.cos(φ)

    n = num_points // 2
    return np.array([Δ(0, 2.5) for _ in range(n)] + [Δ(3.5, 5) for _ in range(n)]), np.array(n * [1] + n * [0])


def forward(X, params):
    return σ(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])


def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    ŷ = σ(H @ params["W"] + params["c"])
    ε = -np.mean(t * np.log(ŷ) + (1 - t) * np.log(1 - ŷ))

    δz = (ŷ - t) / len(ŷ)
    δH = np.outer(δz, params["W"])
    δG = δH * (1 - H**2)
    Ū = δG.T @ X
    b̄ = δG.sum(axis=0)
    W̄ = H.T @ δz
    c̄ = δz.sum()
    return {"U": Ū, "b": b̄, "W": W̄, "c": c̄}, ε
