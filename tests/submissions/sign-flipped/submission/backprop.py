import numpy as np

def make_dataset(num_points):
    data=np.zeros((num_points,2)); labels=np.zeros(num_points)
    for i in range(num_points):
        if i<num_points//2:
            r=np.random.uniform(0,2.5); labels[i]=1
        else:
            r=np.random.uniform(3.5,5); labels[i]=0
        a=np.random.uniform(0,2*np.pi)
        data[i]=[r*np.sin(a),r*np.cos(a)]
    return data,labels

def forward(X,params):
    H=np.tanh(X@params["U"].T+params["b"])
    return 1/(1+np.exp(-(H@params["W"]+params["c"])))

def backprop(X,t,params):
    H=np.tanh(X@params["U"].T+params["b"])
    y=1/(1+np.exp(-(H@params["W"]+params["c"])))
    loss=np.mean(-t*np.log(y)-(1-t)*np.log(1-y))
    zb=(t-y)/len(t)
    Wb=H.T@zb
    cb=zb.sum()
    Gb=np.outer(zb,params["W"])*(1-H**2)
    Ub=Gb.T@X
    bb=Gb.sum(axis=0)
    return {"U":Ub,"b":bb,"W":Wb,"c":cb},loss
