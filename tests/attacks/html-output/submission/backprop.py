"""Prints markup that a page may run: scripts, images with handlers, an unclosed table, markdown."""
import numpy as np

MARKUP = """</pre></details></table><script>document.title="EVIDENCE"</script><img src=x onerror=alert(1)>
<svg/onload=alert(1)> <a href="javascript:alert(1)">full marks</a> [full marks](javascript:alert(1)) ![x](http://192.0.2.1/x.png)
<iframe srcdoc="&lt;script&gt;parent.alert(1)&lt;/script&gt;"></iframe> &lt;b&gt; <!-- """
print(MARKUP)


def backprop(X, t, params):
    print(MARKUP)
    raise ValueError(MARKUP)


def make_dataset(num_points):
    data, labels = [], []
    for low, high, label in ((0.0, 2.5, 1), (3.5, 5.0, 0)):
        for _ in range(num_points // 2):
            r = np.random.uniform(low, high)
            a = np.random.uniform(0, 2 * np.pi)
            data.append((r * np.sin(a), r * np.cos(a)))
            labels.append(label)
    return np.array(data), np.array(labels)


def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


