use nn::prelude::*;

#[model(input=[4], new())]
struct Net {
    #[layer(3)]
    blocks: [Dense; 2],
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for block in self.blocks.iter().rev() {
            x = block.forward(&x);
        }
        x + Tensor::ones([4])
    }
}

#[model(input=[4], new())]
struct Second {
    #[layer(4)]
    a: Dense,
    #[layer(3)]
    b: Dense,
}

#[model]
impl Second {
    fn call(&self, x: Tensor) -> Tensor {
        let x = [&self.a, &self.b].iter().rev().fold(x, |x, layer| layer.forward(&x));
        x + Tensor::ones([3])
    }
}

fn main() {}
