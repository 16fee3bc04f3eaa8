//! Layers that may be there, and parameters with defaults.
#![deny(warnings)]

use nn::prelude::*;
#[model(new(k: Option<usize> = None), input = [4])]
struct A {
    #[layer(6)]
    a: Dense,
    #[layer(6)]
    b: Dense,
    #[layer(6)]
    o: Option<Dense>,
    #[layer(None)]
    p: Option<Dense>,
    #[config]
    k: Option<usize>,
    #[layer]
    q: Option<Q>,
    #[layer(2)]
    arr: [Option<Dense>; 2],
}
#[model]
impl A {
    fn call(&self, x: Tensor) -> Tensor {
        let y = self.a(&x);
        let z = (match &self.o {
            Some(o) => o.forward(&y),
            None => y.clone(),
        }) + self.b(&x);
        let z = self.p(z);
        let z = self.q(z);
        let z = match &self.p {
            Some(p) if z.rank() > 2 => p.forward(z),
            Some(_) => z,
            None => z,
        };
        let Some(o) = &self.o else {
            return self.arr[0].forward(z);
        };
        let z = if let Some(k) = self.k {
            z.reshape([z.shape()[0], k])
        } else {
            z
        };
        let z = match self.k {
            Some(3) => x.matmul(&z),
            Some(k) => z * k as f32,
            None => z,
        };
        let w = o.forward(&z) + z;
        if self.p.is_some() {
            return w + x;
        }
        self.arr(w)
    }
}
#[model(new())]
struct Q {
    #[layer(6)]
    a: Dense,
    #[layer(6)]
    b: Dense,
}
#[model]
impl Q {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(&x) + self.b(&x)
    }
}
#[model(input = [4], new())]
struct E<const N: usize = 4, T: Send + Sync + 'static = u8> {
    #[layer(N)]
    a: Dense,
    t: std::marker::PhantomData<T>,
}
#[model]
impl<const N: usize, T: Send + Sync + 'static> E<N, T> {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(&x) + x
    }
}
pub fn main() {
    assert_eq!(A::new(None).forward(Tensor::ones([1, 4])).shape(), [1, 2]);
    assert_eq!(A::OUTPUT, [2]);
    let _ = E::<4, u16>::new();
    let _ = E::<4>::new();
}
