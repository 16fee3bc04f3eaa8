use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(2)]
    heads: [Dense; 3],
    #[layer(5)]
    last: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let heads: Vec<Tensor> = self.heads.iter().map(|head| head.forward(&x)).collect();
        self.last(&x) + concatenate(&heads, -1)
    }
}

fn main() {}
