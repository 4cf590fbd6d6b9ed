import numpy as np

def make_dataset(num_points):
  def pt(lo, hi):
    r = np.random.uniform(lo, hi); a = np.random.uniform(0, 2*np.pi)
    return [r*np.sin(a), r*np.cos(a)]
  X = [pt(0, 2.5) for i in range(num_points//2)]
  X += [pt(3.5, 5) for i in range(num_points//2)]
  return np.array(X), np.hstack([np.ones(num_points//2), np.zeros(num_points//2)])

def f(X, p):
  H = np.tanh(X @ p["U"].T + p["b"])
  return H, 1/(1 + np.exp(-(H @ p["W"] + p["c"])))

def forward(X, params):
  return f(X, params)[1]

def backprop(X, t, params):
  H, y = f(X, params)
  e = (y - t)/len(y)
  d = np.outer(e, params["W"])*(1 - H*H)
  loss = 0
  for yi, ti in zip(y, t):
    loss -= np.log(yi) if ti > 0.5 else np.log(1 - yi)
  return dict(U=d.T @ X, b=d.sum(0), W=e @ H, c=e.sum()), loss/len(y)
