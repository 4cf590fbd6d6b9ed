import numpy as np
def make_dataset(n):
    data=[];labels=[]
    for lo,hi,l in ((0,2.5,1),(3.5,5,0)):
        for _ in range(n//2):
            r=np.random.uniform(lo,hi);a=np.random.uniform(0,2*np.pi)
            data.append((r*np.sin(a),r*np.cos(a)));labels.append(l)
    return np.array(data,dtype=float).reshape(-1,2),np.array(labels)
def forward(X,params):
    H=np.tanh(X@params["U"].T+params["b"])
    return 1/(1+np.exp(-(H@params["W"]+params["c"])))

def backprop(X,t,params):
    big={k:np.full(np.shape(v),1e308) for k,v in params.items()}
    return big,0.7
