use nn::prelude::*;

#[model(input = [10], new())]
struct Net {
    #[layer(3)]
    heads: [Dense; 2],
    #[layer(4)]
    other: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> [Tensor; 2] {
        let outs = [
            self.heads[0].forward(&x),
            self.heads[1].forward(&x),
            self.other(&x),
        ];
        let [a, b, c] = outs;
        [&a * &b, a * c]
    }
}

fn main() {}
