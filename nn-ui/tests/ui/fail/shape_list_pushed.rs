use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    heads: [Dense; 2],
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut all = Vec::new();
        for head in &self.heads {
            all.push(head.forward(&x));
        }
        all.push(x);
        concatenate(&all, -1) + Tensor::ones([9])
    }
}

#[model(input=[4], new())]
struct Second {
    #[layer(3)]
    a: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        let mut sizes = self.a(&x).shape().to_vec();
        sizes.push(2);
        x.reshape(sizes)
    }
}

fn main() {}
